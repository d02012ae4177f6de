import { DeadlineList } from "../deadlines.ts";
import { limits } from "../http/limits.ts";
import type { SocketLayer } from "../sockets/byte-socket.ts";

/** What every connection of one data plane shares. */
export class Runtime {
  readonly sockets: SocketLayer;
  /** Monotonic ms. */
  readonly nowMs: () => number;
  /** Answers carry `Connection: close` from now on. */
  draining = false;
  readonly headDeadlines = new DeadlineList(limits.headMsMax);
  readonly drainDeadlines = new DeadlineList(limits.drainMsMax);
  readonly dialDeadlines = new DeadlineList(limits.dialMsMax);
  readonly upstreamIdleDeadlines = new DeadlineList(limits.upstreamIdleMsMax);

  constructor(sockets: SocketLayer, nowMs: () => number) {
    this.sockets = sockets;
    this.nowMs = nowMs;
  }

  /** Expires what is due; called by one timer. */
  sweep(): void {
    const nowMs = this.nowMs();
    this.headDeadlines.sweep(nowMs);
    this.drainDeadlines.sweep(nowMs);
    this.dialDeadlines.sweep(nowMs);
    this.upstreamIdleDeadlines.sweep(nowMs);
  }
}

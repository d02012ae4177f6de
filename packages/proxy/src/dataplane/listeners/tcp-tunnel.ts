import type { Destination } from "../balance/destination.ts";
import { clearDeadline, createDeadline, type Deadline } from "../deadlines.ts";
import type { Runtime } from "../forward/runtime.ts";
import { Tunnel } from "../forward/tunnel.ts";
import { limits } from "../http/limits.ts";
import type { LocalTarget } from "../routing/cluster-target.ts";
import type { ByteSocket } from "../sockets/byte-socket.ts";
import type { OpenConnection } from "./open-connection.ts";

/** One raw connection to a local endpoint: dials one after the other, then it is a tunnel. */
export class TcpTunnel implements OpenConnection {
  readonly idle = false;
  readonly #caller: ByteSocket;
  /** What the caller sent before there was an endpoint; it is paused meanwhile. */
  readonly #early: Buffer | null;
  readonly #target: LocalTarget;
  readonly #runtime: Runtime;
  readonly #onClosed: () => void;
  readonly #tried: Destination[] = [];
  readonly #deadline: Deadline;
  #dialling: ByteSocket | null = null;
  #tunnel: Tunnel | null = null;
  #closed = false;

  constructor(caller: ByteSocket, early: Buffer | null, target: LocalTarget, runtime: Runtime, onClosed: () => void) {
    this.#caller = caller;
    this.#early = early;
    this.#target = target;
    this.#runtime = runtime;
    this.#onClosed = onClosed;
    this.#deadline = createDeadline(() => this.#redial());
    caller.pause();
    caller.events = { onConnect() {}, onData() {}, onEnd() {}, onDrain() {}, onIdle: () => this.abort(), onClose: () => this.abort() };
    this.#dial();
  }

  close(): void {
    this.abort();
  }

  abort(): void {
    if (this.#tunnel !== null) this.#tunnel.abort();
    else if (!this.#closed) {
      this.#closed = true;
      this.#giveUp();
      this.#caller.reset();
      // Without any endpoint the end comes before whoever made this has it.
      queueMicrotask(this.#onClosed);
    }
  }

  #dial(): void {
    const destination = this.#target.group.pick(this.#tried, this.#caller.remoteAddress, this.#runtime.nowMs());
    if (destination === null) {
      this.abort();
      return;
    }
    this.#tried.push(destination);
    destination.inFlight++;
    this.#runtime.dialDeadlines.set(this.#deadline, this.#runtime.nowMs());
    const { host, port, fallbackIp } = destination;
    const dialled = this.#runtime.sockets.dial({ host, port, fallbackIp, idleMsMax: limits.streamIdleMsMax }, {
      onConnect: () => this.#onConnect(dialled, destination),
      onData() {},
      onEnd() {},
      onDrain() {},
      onIdle() {},
      onClose: () => {
        if (this.#dialling === dialled) this.#redial();
      },
    });
    this.#dialling = dialled;
  }

  #redial(): void {
    const failed = this.#tried.at(-1);
    if (failed !== undefined) this.#target.onDialFailure(failed);
    this.#giveUp();
    this.#dial();
  }

  /** Lets go of the endpoint that is being dialled. */
  #giveUp(): void {
    clearDeadline(this.#deadline);
    const dialled = this.#dialling;
    this.#dialling = null;
    if (dialled === null) return;
    const destination = this.#tried.at(-1);
    if (destination !== undefined) destination.inFlight--;
    dialled.destroy();
  }

  #onConnect(dialled: ByteSocket, destination: Destination): void {
    if (this.#dialling !== dialled) return;
    clearDeadline(this.#deadline);
    this.#dialling = null;
    const { counters } = this.#target;
    this.#tunnel = new Tunnel(this.#caller, this.#early, { socket: dialled, early: null, counters, onClosed: () => destination.inFlight-- }, this.#onClosed);
  }
}

import type { Destination } from "../balance/destination.ts";
import { clearDeadline, createDeadline, type Deadline } from "../deadlines.ts";
import type { Runtime } from "../forward/runtime.ts";
import { limits } from "../http/limits.ts";
import type { LocalTarget } from "../routing/cluster-target.ts";
import type { ByteSocket, SocketEvents } from "../sockets/byte-socket.ts";
import type { OpenConnection } from "./open-connection.ts";

/** One raw connection to a local endpoint: bytes both ways, each half ended by itself, a reset passed on as a reset. */
export class TcpTunnel implements OpenConnection {
  readonly idle = false;
  readonly #caller: ByteSocket;
  readonly #target: LocalTarget;
  readonly #runtime: Runtime;
  readonly #onClosed: () => void;
  readonly #tried: Destination[] = [];
  readonly #deadline: Deadline;
  #endpoint: ByteSocket | null = null;
  /** What the caller sent before there was an endpoint; it is paused meanwhile. */
  #early: Buffer[];
  #callerEnded = false;
  #closed = false;

  constructor(caller: ByteSocket, early: Buffer[], target: LocalTarget, runtime: Runtime, onClosed: () => void) {
    this.#caller = caller;
    this.#early = early;
    this.#target = target;
    this.#runtime = runtime;
    this.#onClosed = onClosed;
    this.#deadline = createDeadline(() => this.#redial());
    caller.pause();
    caller.events = this.#events(() => this.#endpoint);
    this.#dial();
  }

  close(): void {
    this.abort();
  }

  abort(): void {
    this.#end(true);
  }

  #dial(): void {
    const destination = this.#target.group.pick(this.#tried, this.#caller.remoteAddress, this.#runtime.nowMs());
    if (destination === null) {
      this.#end(true);
      return;
    }
    this.#tried.push(destination);
    destination.inFlight++;
    this.#runtime.dialDeadlines.set(this.#deadline, this.#runtime.nowMs());
    const { host, port, fallbackIp } = destination;
    const dialled = this.#runtime.sockets.dial({ host, port, fallbackIp, idleMsMax: limits.streamIdleMsMax }, {
      ...this.#events(() => this.#caller),
      onConnect: () => this.#onConnect(dialled),
      onClose: (error) => {
        destination.inFlight--;
        if (this.#endpoint === dialled) this.#end(error !== null);
        else if (!this.#closed && this.#dialling === dialled) this.#redial();
      },
    });
    this.#dialling = dialled;
  }

  #dialling: ByteSocket | null = null;

  #redial(): void {
    clearDeadline(this.#deadline);
    const failed = this.#tried.at(-1);
    if (failed !== undefined) this.#target.onDialFailure(failed);
    const dialled = this.#dialling;
    this.#dialling = null;
    dialled?.destroy();
    if (!this.#closed) this.#dial();
  }

  #onConnect(dialled: ByteSocket): void {
    clearDeadline(this.#deadline);
    this.#endpoint = dialled;
    for (const bytes of this.#early) dialled.write(bytes);
    this.#early = [];
    if (this.#callerEnded) dialled.end();
    this.#caller.resume();
  }

  /** Passes what one side does on to the other. */
  #events(other: () => ByteSocket | null): SocketEvents {
    const fromCaller = (): ByteSocket => (other() === this.#caller ? (this.#endpoint as ByteSocket) : this.#caller);
    return {
      onConnect() {},
      onData: (bytes) => {
        const to = other();
        if (to === null) this.#early.push(bytes);
        else if (!to.write(bytes)) fromCaller().pause();
      },
      onEnd: () => {
        const to = other();
        if (to === null) this.#callerEnded = true;
        else to.end();
      },
      onDrain: () => other()?.resume(),
      onIdle: () => this.#end(true),
      onClose: (error) => this.#end(error !== null),
    };
  }

  #end(broken: boolean): void {
    if (this.#closed) return;
    this.#closed = true;
    clearDeadline(this.#deadline);
    this.#dialling?.destroy();
    for (const socket of [this.#caller, this.#endpoint]) {
      if (broken) socket?.reset();
      else socket?.end();
    }
    // Without any endpoint the end comes before whoever made this has it.
    queueMicrotask(this.#onClosed);
  }
}

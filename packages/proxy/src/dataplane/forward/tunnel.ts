import type { TargetCounters } from "../../telemetry/target-counters.ts";
import type { ByteSocket, SocketEvents } from "../sockets/byte-socket.ts";

/** The end of a tunnel that was dialled. */
export interface TunnelEndpoint {
  readonly socket: ByteSocket;
  /** What it has sent already. */
  readonly early: Buffer | null;
  /** Of the target that was chosen. */
  readonly counters: TargetCounters;
  /** The tunnel uses the endpoint no more. */
  onClosed(): void;
}

/** Two connections made one: bytes both ways, each half ended by itself, a reset passed on as a reset. */
export class Tunnel {
  readonly #caller: ByteSocket;
  readonly #endpoint: TunnelEndpoint;
  readonly #onClosed: () => void;
  #openSockets = 2;

  /**
   * Takes over both sockets, and the bytes that either end has sent early. `onClosed` is called once, when the last byte of
   * both directions was taken, or when the tunnel was cut.
   */
  constructor(caller: ByteSocket, early: Buffer | null, endpoint: TunnelEndpoint, onClosed: () => void) {
    const { socket, counters } = endpoint;
    this.#caller = caller;
    this.#endpoint = endpoint;
    this.#onClosed = onClosed;
    counters.tunnels++;
    counters.openTunnels++;
    caller.events = this.#events(caller, socket, (bytes) => (counters.bytesReceived += bytes));
    socket.events = this.#events(socket, caller, (bytes) => (counters.bytesSent += bytes));
    caller.resume();
    socket.resume();
    if (early !== null) caller.events.onData(early);
    if (endpoint.early !== null) socket.events.onData(endpoint.early);
  }

  /** Cuts it: either end sees a reset. */
  abort(): void {
    if (this.#openSockets === 0) return;
    this.#openSockets = 0;
    this.#caller.reset();
    this.#endpoint.socket.reset();
    this.#close();
  }

  #events(from: ByteSocket, to: ByteSocket, count: (bytes: number) => void): SocketEvents {
    return {
      onConnect() {},
      onData: (bytes) => {
        count(bytes.length);
        if (!to.write(bytes)) from.pause();
      },
      onEnd: () => to.end(),
      onDrain: () => to.resume(),
      onIdle: () => this.abort(),
      onClose: (error) => {
        if (error !== null) this.abort();
        else if (this.#openSockets > 0 && --this.#openSockets === 0) this.#close();
      },
    };
  }

  #close(): void {
    this.#endpoint.counters.openTunnels--;
    this.#endpoint.onClosed();
    this.#onClosed();
  }
}

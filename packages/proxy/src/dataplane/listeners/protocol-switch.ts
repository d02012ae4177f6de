import { HttpDownstream } from "../forward/http-downstream.ts";
import type { Router } from "../forward/route.ts";
import type { Runtime } from "../forward/runtime.ts";
import type { ByteSocket, SocketEvents } from "../sockets/byte-socket.ts";
import type { LocalTarget } from "../routing/cluster-target.ts";
import type { OpenConnection } from "./open-connection.ts";
import { TcpTunnel } from "./tcp-tunnel.ts";

export interface Protocols {
  readonly router: Router;
  /** Where raw connections go; null where there are none (the gateway). */
  raw(): LocalTarget | null;
}

/** First byte of a TLS record that begins a handshake (RFC 8446 5.1). */
const tlsHandshake = 0x16;

/** Looks at a connection's first byte and hands it to whoever speaks that protocol. */
export class ProtocolSwitch implements OpenConnection, SocketEvents {
  readonly #socket: ByteSocket;
  readonly #protocols: Protocols;
  readonly #runtime: Runtime;
  readonly #onClosed: (connection: OpenConnection) => void;
  #inner: OpenConnection | null = null;

  constructor(socket: ByteSocket, protocols: Protocols, runtime: Runtime, onClosed: (connection: OpenConnection) => void) {
    this.#socket = socket;
    this.#protocols = protocols;
    this.#runtime = runtime;
    this.#onClosed = onClosed;
    socket.events = this;
  }

  get idle(): boolean {
    return this.#inner === null || this.#inner.idle;
  }

  close(): void {
    if (this.#inner === null) this.#socket.destroy();
    else this.#inner.close();
  }

  abort(): void {
    if (this.#inner === null) this.#socket.destroy();
    else this.#inner.abort();
  }

  onConnect(): void {}

  onData(bytes: Buffer): void {
    const closed = (): void => this.#onClosed(this);
    if (bytes[0] !== tlsHandshake) {
      const http = new HttpDownstream(this.#socket, this.#protocols.router, this.#runtime, closed);
      this.#inner = http;
      http.onData(bytes);
      return;
    }
    const target = this.#protocols.raw();
    if (target === null) {
      this.#protocols.router.onRefused("tls_not_supported");
      this.#socket.reset();
    } else this.#inner = new TcpTunnel(this.#socket, bytes, target, this.#runtime, closed);
  }

  onEnd(): void {
    this.#socket.end();
  }

  onDrain(): void {}

  onIdle(): void {
    this.#socket.destroy();
  }

  onClose(): void {
    this.#onClosed(this);
  }
}

import type { Runtime } from "../forward/runtime.ts";
import { limits } from "../http/limits.ts";
import type { ByteSocket, Listener } from "../sockets/byte-socket.ts";
import type { OpenConnection } from "./open-connection.ts";

const connectionsMax = 20_000;
const rebindMs = 1_000;

/** One listening port and the connections that it accepted. */
export class PortListener {
  readonly address: string;
  /** Port asked for; 0 means any. */
  readonly requestedPort: number;
  readonly #runtime: Runtime;
  readonly #connections = new Set<OpenConnection>();
  readonly #accept: (socket: ByteSocket, onClosed: (connection: OpenConnection) => void) => OpenConnection;
  #listener: Listener | null = null;
  #closed = false;
  #retry: NodeJS.Timeout | null = null;
  /** Why it is not listening. */
  error: Error | null = null;

  constructor(
    address: string,
    requestedPort: number,
    runtime: Runtime,
    accept: (socket: ByteSocket, onClosed: (connection: OpenConnection) => void) => OpenConnection,
  ) {
    this.address = address;
    this.requestedPort = requestedPort;
    this.#runtime = runtime;
    this.#accept = accept;
  }

  get listening(): boolean {
    return this.#listener !== null;
  }

  /** The bound port; null while it is not listening. */
  get port(): number | null {
    return this.#listener?.port ?? null;
  }

  get openConnections(): number {
    return this.#connections.size;
  }

  /** Open ones that carry something. */
  get busyConnections(): number {
    let busy = 0;
    for (const connection of this.#connections) if (!connection.idle) busy += 1;
    return busy;
  }

  /** Binds the port; while that fails (someone still holds it) tries again each second, and `error` says why. */
  async open(): Promise<void> {
    const { address, requestedPort: port } = this;
    try {
      const listener = await this.#runtime.sockets.listen({ address, port, idleMsMax: limits.streamIdleMsMax, connectionsMax }, (socket) => this.#onConnection(socket));
      if (this.#closed) listener.close();
      else this.#listener = listener;
      this.error = null;
    } catch (error) {
      this.error = error as Error;
      if (!this.#closed) this.#retry = setTimeout(() => void this.open(), rebindMs).unref();
    }
  }

  /** Stops accepting. */
  close(): void {
    this.#closed = true;
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#listener?.close();
    this.#listener = null;
  }

  closeIdle(): void {
    for (const connection of this.#connections) if (connection.idle) connection.close();
  }

  abortAll(): void {
    for (const connection of this.#connections) connection.abort();
  }

  #onConnection(socket: ByteSocket): void {
    const connection = this.#accept(socket, (closed) => this.#connections.delete(closed));
    this.#connections.add(connection);
  }
}

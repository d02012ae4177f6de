import net from "node:net";
import type { ByteSocket, Listener, ListenOptions, SocketEvents, SocketLayer } from "./byte-socket.ts";
import { lookupOrFallback } from "./lookup-or-fallback.ts";

/** Sockets of `node:net`. */
export const nodeSockets: SocketLayer = {
  listen(options, onConnection) {
    return listen(options, onConnection);
  },
  dial(options, events) {
    const raw = net.connect({ host: options.host, port: options.port, allowHalfOpen: true, noDelay: true, lookup: lookupOrFallback(options.fallbackIp) });
    const socket = new NodeSocket(raw, options.idleMsMax);
    socket.events = events;
    raw.on("connect", () => socket.events.onConnect());
    return socket;
  },
};

function listen(options: ListenOptions, onConnection: (socket: ByteSocket) => void): Promise<Listener> {
  return new Promise((resolve, reject) => {
    const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (raw) => onConnection(new NodeSocket(raw, options.idleMsMax)));
    server.maxConnections = options.connectionsMax;
    server.once("error", reject);
    server.listen({ host: options.address, port: options.port, backlog: 1_024 }, () => {
      server.off("error", reject);
      // Later errors are of accept (out of descriptors): the connection is refused and the listener goes on.
      server.on("error", () => {});
      const { port } = server.address() as net.AddressInfo;
      resolve({ port, close: () => void server.close() });
    });
  });
}

const unowned: SocketEvents = {
  onConnect() {},
  onData() {},
  onEnd() {},
  onDrain() {},
  onIdle() {},
  onClose() {},
};

class NodeSocket implements ByteSocket {
  events: SocketEvents = unowned;
  readonly remoteAddress: string;
  readonly #raw: net.Socket;
  #error: Error | null = null;

  constructor(raw: net.Socket, idleMsMax: number) {
    this.#raw = raw;
    const address = raw.remoteAddress ?? "";
    this.remoteAddress = address.startsWith("::ffff:") ? address.slice(7) : address;
    raw.on("data", (bytes: Buffer) => this.events.onData(bytes));
    raw.on("end", () => this.events.onEnd());
    raw.on("drain", () => this.events.onDrain());
    raw.on("error", (error) => (this.#error = error));
    raw.on("close", () => this.events.onClose(this.#error));
    raw.setTimeout(idleMsMax, () => this.events.onIdle());
  }

  get pendingBytes(): number {
    return this.#raw.writableLength;
  }

  // Node tries each write at once. Only a failure of that try sets `errored` before `write` returns; whatever the system
  // took a part of, or queued, fails later. (Its `bytesWritten` counts also what was refused.)
  get refused(): boolean {
    return this.#raw.errored !== null || this.#raw.destroyed;
  }

  write(bytes: Buffer): boolean {
    return this.#raw.write(bytes);
  }

  writeText(latin1: string): boolean {
    return this.#raw.write(latin1, "latin1");
  }

  pause(): void {
    this.#raw.pause();
  }

  resume(): void {
    this.#raw.resume();
  }

  end(): void {
    this.#raw.end();
  }

  destroy(): void {
    this.#raw.destroy();
  }

  reset(): void {
    this.#raw.resetAndDestroy();
  }
}

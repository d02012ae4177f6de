import { connect, Server, Socket, type AddressInfo, type ListenOptions, type TcpNetConnectOpts } from "node:net";
import type { AddressBook } from "./address-book.ts";

/** How the addresses of a cluster are dialled and listened at. */
export interface Loopback {
  /** As `net.connect`. */
  connect(options: TcpNetConnectOpts): Socket;
  /** As `server.listen`, at one address of the cluster. */
  listen(server: Server, options: ListenOptions & { host: string; port: number }, onListening?: () => void): void;
  /** Forgets what listened at an address that nobody has any more. */
  forget(address: string): void;
  /** Source address for a connection on behalf of `address`; undefined where the system can't have it. */
  sourceOf(address: string | undefined): string | undefined;
}

/** For systems that answer on all of 127.0.0.0/8, as Linux and Windows do: addresses are what they say. */
export const ownAddresses: Loopback = {
  connect: (options) => connect(options),
  listen: (server, options, onListening) => void server.listen({ ...options, exclusive: true }, onListening),
  forget: () => undefined,
  sourceOf: (address) => address,
};

/** For systems that have 127.0.0.1 only (macOS): every other loopback address is an entry of the book. */
export function sharedAddress(book: AddressBook): Loopback {
  return {
    connect: (options) => connectByBook(book, new Socket(options), options),
    listen: (server, options, onListening) => void listenByBook(book, server, options, onListening),
    forget: (address) => book.strikeAll(address),
    sourceOf: () => undefined,
  };
}

/** An address that only the book knows. */
export function isInBook(host: unknown): host is string {
  return typeof host === "string" && /^127(\.\d{1,3}){3}$/.test(host) && host !== "127.0.0.1";
}

// Taken before a process may have replaced them by those that ask the book.
const reallyConnect = Reflect.get(Socket.prototype, "connect") as (this: Socket, options: TcpNetConnectOpts, onConnect?: () => void) => Socket;
const reallyListen = Reflect.get(Server.prototype, "listen") as (this: Server, options: ListenOptions, onListening?: () => void) => Server;
const reallyAt = Reflect.get(Server.prototype, "address") as (this: Server) => AddressInfo;

/** Connects the socket to what stands behind the address; to nobody: ECONNREFUSED, as the system would say it. */
export function connectByBook(book: AddressBook, socket: Socket, options: TcpNetConnectOpts, onConnect?: () => void): Socket {
  const { host, port, localAddress: _not, lookup: _needless, ...rest } = options;
  if (!isInBook(host)) return reallyConnect.call(socket, options, onConnect);
  const realPort = book.find(host, port);
  if (realPort !== undefined) return reallyConnect.call(socket, { ...rest, host: "127.0.0.1", port: realPort }, onConnect);
  // What is written before the refusal waits for it, as it would for the system's.
  (socket as { connecting: boolean }).connecting = true;
  process.nextTick(() => socket.destroy(systemError("ECONNREFUSED", "connect", host, port)));
  return socket;
}

/** Listens at a free port of 127.0.0.1 and enters it in the book for as long as the server is open. */
export function listenByBook(book: AddressBook, server: Server, options: ListenOptions & { host: string; port: number }, onListening?: () => void): Server {
  const { host } = options;
  if (!isInBook(host)) return reallyListen.call(server, { ...options, exclusive: true }, onListening);
  if (options.port !== 0 && book.find(host, options.port) !== undefined) {
    process.nextTick(() => server.emit("error", systemError("EADDRINUSE", "listen", host, options.port)));
    return server;
  }
  const close = server.close.bind(server);
  // Before the caller's own listeners: who hears that it listens may dial it at once.
  server.prependOnceListener("listening", () => {
    const realPort = reallyAt.call(server).port;
    const port = options.port === 0 ? realPort : options.port;
    book.enter(host, port, realPort);
    server.address = () => ({ address: host, family: "IPv4", port });
    server.close = (done) => {
      book.strike(host, port);
      return close(done);
    };
  });
  return reallyListen.call(server, { ...options, host: "127.0.0.1", port: 0, exclusive: true }, onListening);
}

function systemError(code: string, syscall: string, address: string, port: number): Error {
  return Object.assign(new Error(`${syscall} ${code} ${address}:${port}`), { code, syscall, address, port });
}

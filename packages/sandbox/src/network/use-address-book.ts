import { Server, Socket, type ListenOptions, type TcpNetConnectOpts } from "node:net";
import { AddressBook } from "./address-book.ts";
import { bookVariable } from "./book-environment.ts";
import { connectByBook, isInBook, listenByBook } from "./loopback.ts";

/**
 * Loaded into every Node process of a pod before its program, where there is only 127.0.0.1: the program dials and
 * listens at the addresses that the cluster's objects name, as everywhere else, and knows nothing of this.
 */
function useAddressBook(book: AddressBook): void {
  const connect = Reflect.get(Socket.prototype, "connect") as (...given: unknown[]) => Socket;
  const listen = Reflect.get(Server.prototype, "listen") as (...given: unknown[]) => Server;
  Socket.prototype.connect = function (this: Socket, ...given: unknown[]) {
    const { options, callback } = readArguments(given);
    return isInBook(options.host) ? connectByBook(book, this, options as TcpNetConnectOpts, callback) : Reflect.apply(connect, this, given);
  } as Socket["connect"];
  Server.prototype.listen = function (this: Server, ...given: unknown[]) {
    const { options, callback } = readArguments(given);
    return isInBook(options.host) ? listenByBook(book, this, { port: 0, ...options, host: options.host }, callback) : Reflect.apply(listen, this, given);
  } as Server["listen"];
}

/** The forms `(options, callback)`, `(port, host, …, callback)`, and the pair of the first that `net.connect` passes on. */
function readArguments(given: readonly unknown[]): { options: Partial<TcpNetConnectOpts> & ListenOptions; callback: (() => void) | undefined } {
  const [first, ...rest] = Array.isArray(given[0]) ? (given[0] as unknown[]) : given;
  const last = rest.at(-1);
  const callback = typeof last === "function" ? (last as () => void) : undefined;
  if (typeof first === "object" && first !== null) return { options: first, callback };
  return { options: typeof rest[0] === "string" ? { port: Number(first), host: rest[0] } : {}, callback };
}

useAddressBook(new AddressBook(process.env[bookVariable] ?? ""));

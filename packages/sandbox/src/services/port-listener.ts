import { createServer, type Socket } from "node:net";
import type { Loopback } from "../network/loopback.ts";
import type { Backend } from "./choose-backends.ts";
import { connectBackend } from "./connect-backend.ts";
import { relay } from "./relay.ts";

export interface PortListener {
  /** Accepts nothing more; open connections go on. */
  close(): void;
  /** Closes, and breaks the open connections. */
  stop(): Promise<void>;
}

export interface PortListenerOptions {
  loopback: Loopback;
  address: string;
  port: number;
  /** Asked once for each connection, with the address that it comes from; undefined: nobody can take it. */
  pick: (client: string) => Backend | undefined;
  isPodAddress: (ip: string) => boolean;
  onFailure: (error: Error) => void;
  onListening: () => void;
}

/** Listens at one address and relays each connection to a backend of its own choice, as kube-proxy's translation does. */
export function startPortListener(options: PortListenerOptions): PortListener {
  const sockets = new Set<Socket>();
  const track = (socket: Socket): void => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  };
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) => {
    track(client);
    // Before the relay stands, a client that gives up must not end the process.
    client.on("error", () => undefined);
    const caller = client.remoteAddress ?? "";
    const backend = options.pick(caller);
    if (backend === undefined) return void client.resetAndDestroy();
    connectBackend(options.loopback, backend, options.isPodAddress(caller) ? caller : undefined).then(
      (upstream) => {
        track(upstream);
        upstream.on("error", () => undefined);
        if (client.destroyed) upstream.resetAndDestroy();
        else relay(client, upstream);
      },
      () => client.resetAndDestroy(),
    );
    return undefined;
  });
  server.once("error", options.onFailure);
  options.loopback.listen(server, { host: options.address, port: options.port }, options.onListening);
  return {
    close: () => void server.close(),
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

import type { Server } from "node:http";
import type { ListenAddress } from "./listen-address.ts";

export interface HttpServer {
  /** Address in use, e.g. "http://127.0.0.1:4000". */
  readonly url: string;
  /** Stops accepting, lets answers finish for at most 2 s, then closes. */
  stop(): Promise<void>;
}

const finishMsMax = 2_000;

/** Makes a server listen. Rejects when the address is taken or is none of this machine's. */
export async function listenOn(server: Server, { host, port }: ListenAddress): Promise<HttpServer> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(port, host, resolve);
  await promise;
  server.off("error", reject);
  return { url: urlOf(server), stop: () => stop(server) };
}

function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server listens on no port");
  return `http://${address.family === "IPv6" ? `[${address.address}]` : address.address}:${address.port}`;
}

async function stop(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), finishMsMax);
  await promise;
  clearTimeout(timer);
}

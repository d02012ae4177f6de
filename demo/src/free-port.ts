import { createServer } from "node:net";

const triesMax = 200;

/**
 * The wanted port of 127.0.0.1, or the next free one after it; 0 gives any free one. The port is free when this
 * resolves; whoever binds it later still has to cope with having lost it. Ports in `taken` are passed over.
 * @throws Error when 200 ports in a row are taken.
 */
export async function freePort(wanted: number, taken: ReadonlySet<number> = new Set()): Promise<number> {
  for (let port = wanted; port < wanted + triesMax && port <= 65535; port += 1) {
    if (taken.has(port)) continue;
    const bound = await tryPort(port);
    if (bound !== undefined) return bound;
  }
  throw new Error(`ports ${wanted} to ${wanted + triesMax - 1} are all taken; end what holds them or choose another with --port`);
}

function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : undefined));
    });
  });
}

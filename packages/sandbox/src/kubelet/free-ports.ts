import { createServer, type AddressInfo } from "node:net";

/** Free ports of 127.0.0.1 for container ports; held together while they are looked for, so that they differ. */
export async function freePorts(ports: readonly number[]): Promise<Record<string, number>> {
  const servers = await Promise.all(
    ports.map(async (port) => {
      const server = createServer();
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen({ host: "127.0.0.1", port: 0 }, resolve);
      });
      return { port, server };
    }),
  );
  const found = Object.fromEntries(servers.map(({ port, server }) => [String(port), (server.address() as AddressInfo).port]));
  await Promise.all(servers.map(({ server }) => new Promise((resolve) => server.close(resolve))));
  return found;
}

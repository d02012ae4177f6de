import { createServer, type Server } from "node:net";

/** A range of loopback addresses that this cluster alone uses. */
export interface Subnet {
  /** The second number of its addresses: 127.N.0.0/16. */
  readonly number: number;
  readonly serviceCidr: string;
  readonly nodeIp: string;
  release(): Promise<void>;
}

/** There is no range to be had. */
export class SubnetError extends Error {
  override readonly name = "SubnetError";
  readonly code = "no_subnet";
}

const lockPort = 47_823;
/** Where there is one address only, the lock of 127.N.0.0/16 is its port 23000 + N: below the ports that systems give out by themselves. */
const sharedLockPorts = 23_000;
const numbers = { first: 20, last: 250 } as const;

/**
 * Claims a free 127.N.0.0/16 by listening at an address of it (with `singleAddress`: at a port that stands for it), which
 * the system gives up with the process. `wanted` is taken or nothing, since stored objects have its addresses; else the search begins anywhere. Throws SubnetError.
 */
export async function claimSubnet(options: { wanted: number | undefined; singleAddress: boolean; random?: () => number }): Promise<Subnet> {
  const { wanted, singleAddress, random = Math.random } = options;
  const count = numbers.last - numbers.first + 1;
  const begin = Math.floor(random() * count);
  const candidates = wanted !== undefined ? [wanted] : Array.from({ length: count }, (_, index) => numbers.first + ((begin + index) % count));
  for (const number of candidates) {
    const lock = await (singleAddress ? listen("127.0.0.1", sharedLockPorts + number) : listen(`127.${number}.255.254`, lockPort));
    if (lock === undefined) continue;
    return {
      number,
      serviceCidr: `127.${number}.0.0/17`,
      nodeIp: `127.${number}.255.1`,
      release: () => new Promise((resolve) => lock.close(() => resolve())),
    };
  }
  throw new SubnetError(
    wanted === undefined
      ? `every range from 127.${numbers.first}.0.0/16 to 127.${numbers.last}.0.0/16 is in use: end other sandboxes`
      : `127.${wanted}.0.0/16, which the stored cluster uses, is taken: is another sandbox running with this folder? End it, or begin anew with --fresh`,
  );
}

async function listen(host: string, port: number): Promise<Server | undefined> {
  const server = createServer((socket) => socket.destroy());
  return await new Promise((resolve) => {
    server.once("error", () => resolve(undefined));
    server.listen({ host, port, exclusive: true }, () => {
      server.unref();
      resolve(server);
    });
  });
}

import { isIPv4 } from "node:net";

export interface ListenAddress {
  host: string;
  port: number;
}

/** True for a name or address that only this machine can reach: 127.0.0.0/8, ::1 and localhost. */
export function isLoopback(host: string): boolean {
  const bare = host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host;
  return bare.toLowerCase() === "localhost" || bare === "::1" || (isIPv4(bare) && bare.startsWith("127."));
}

/** Parses "host:port" or "[::1]:port" for the API. Throws when it is malformed or not loopback: there is no sign-in yet. */
export function parseListenAddress(text: string): ListenAddress {
  const address = parseAddress("--listen", text, "127.0.0.1:4000");
  if (!isLoopback(address.host)) {
    throw new Error(
      `--listen "${text}" is refused: whoever reaches the API server may move traffic, since there is no sign-in yet, so it listens on loopback only; give 127.0.0.1:${address.port} and reach it by a port forward`,
    );
  }
  return address;
}

/** Parses the address for health and metrics, which tell nothing of the clusters: any is allowed. Throws when it is malformed. */
export function parseHealthAddress(text: string): ListenAddress {
  return parseAddress("--health-listen", text, "0.0.0.0:4001");
}

function parseAddress(flag: string, text: string, example: string): ListenAddress {
  const match = /^(\[[0-9a-fA-F:]+\]|[^:[\]]+):(\d{1,5})$/.exec(text);
  const port = Number(match?.[2] ?? Number.NaN);
  if (match === null || port > 65_535) throw new Error(`${flag} "${text}" is not an address and a port; give for example ${example}`);
  return { host: (match[1] ?? "").replace(/^\[|\]$/g, ""), port };
}

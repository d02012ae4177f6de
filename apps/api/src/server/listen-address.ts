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

/** Parses "host:port" or "[::1]:port". Throws when it is malformed or not loopback: there is no sign-in yet. */
export function parseListenAddress(text: string): ListenAddress {
  const match = /^(\[[0-9a-fA-F:]+\]|[^:[\]]+):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? "";
  const port = Number(match?.[2] ?? Number.NaN);
  if (match === null || port > 65_535) throw new Error(`--listen "${text}" is not an address and a port; give for example 127.0.0.1:4000`);
  if (!isLoopback(host)) {
    throw new Error(
      `--listen "${text}" is refused: whoever reaches the API server may move traffic, since there is no sign-in yet, so it listens on loopback only; give 127.0.0.1:${port} and reach it by a port forward`,
    );
  }
  return { host: host.replace(/^\[|\]$/g, ""), port };
}

import { isLoopbackHostname } from "./loopback.ts";

const fallback = "http://127.0.0.1:4000";

/**
 * Where `/trpc` is forwarded to, read at run time.
 * @throws TypeError when SLUICE_API_URL is not an http URL of a loopback address.
 */
export function apiAddress(environment: Readonly<Record<string, string | undefined>>): URL {
  const text = environment["SLUICE_API_URL"] ?? fallback;
  const url = URL.parse(text);
  if (url === null || url.protocol !== "http:" || !isLoopbackHostname(url.hostname)) {
    throw new TypeError(`SLUICE_API_URL is ${JSON.stringify(text)}; it must be an http:// URL of a loopback address, for example ${fallback}`);
  }
  return url;
}

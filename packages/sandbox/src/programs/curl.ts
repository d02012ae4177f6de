import { appendFileSync, writeFileSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import type { Socket } from "node:net";
import { type CurlOptions, CurlUsageError, parseCurlOptions } from "./curl-options.ts";
import { openTunnel, TunnelError } from "./open-tunnel.ts";

/** curl's exit codes (man curl, EXIT CODES), as far as this one can end. */
const exit = { usage: 2, malformedUrl: 3, unresolved: 6, refused: 7, partial: 18, httpError: 22, timeout: 28, tooManyRedirects: 47, empty: 52, receive: 56 } as const;

class CurlError extends Error {
  override readonly name = "CurlError";
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

const redirectsMax = 50;

async function transfer(address: string, options: CurlOptions): Promise<void> {
  let url = URL.parse(/^[a-z]+:\/\//i.test(address) ? address : `http://${address}`);
  for (let hop = 0; ; hop += 1) {
    if (url === null || url.protocol !== "http:") throw new CurlError(exit.malformedUrl, `"${address}": the sandbox's curl speaks http:// only`);
    if (hop > redirectsMax) throw new CurlError(exit.tooManyRedirects, `Maximum (${redirectsMax}) redirects followed`);
    const next: URL | null = await once(url, options);
    if (next === null) return;
    url = next;
  }
}

/** One request; answers where it redirects to, if that is to be followed. */
async function once(url: URL, options: CurlOptions): Promise<URL | null> {
  const started = performance.now();
  const socket = await connected(url, options);
  try {
    const response = await responseOf(url, options, socket);
    const location = response.headers.location;
    if (options.follow && location !== undefined && (response.statusCode ?? 0) >= 300 && (response.statusCode ?? 0) < 400) {
      response.resume();
      return new URL(location, url);
    }
    if (options.fail && (response.statusCode ?? 0) >= 400) {
      throw new CurlError(exit.httpError, `The requested URL returned error: ${response.statusCode}`);
    }
    const size = await writeResponse(response, options);
    if (options.writeOut !== undefined) process.stdout.write(writeOut(options.writeOut, response, size, performance.now() - started));
    return null;
  } finally {
    socket.destroy();
  }
}

async function connected(url: URL, options: CurlOptions): Promise<Socket> {
  try {
    const dialling = openTunnel(url.hostname, Number(url.port || 80));
    return await (options.connectTimeoutMs === undefined ? dialling : Promise.race([dialling, timeout(options.connectTimeoutMs)]));
  } catch (error) {
    if (error instanceof TunnelError) throw new CurlError(exit[error.code], error.message);
    throw error;
  }
}

function timeout(afterMs: number): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new CurlError(exit.timeout, `Operation timed out after ${afterMs} milliseconds`)), afterMs).unref();
  });
}

function responseOf(url: URL, options: CurlOptions, socket: Socket): Promise<IncomingMessage> {
  const headers = new Map<string, string>([["host", url.host], ["user-agent", "curl/8 (sandbox)"], ["accept", "*/*"]]);
  if (options.body !== undefined) headers.set("content-type", "application/x-www-form-urlencoded").set("content-length", String(Buffer.byteLength(options.body)));
  for (const [name, value] of options.headers) headers.set(name.toLowerCase(), value);
  const method = options.method ?? (options.head ? "HEAD" : options.body === undefined ? "GET" : "POST");
  return new Promise((resolve, reject) => {
    const outgoing = request({ createConnection: () => socket, method, path: `${url.pathname}${url.search}`, headers: Object.fromEntries(headers) });
    if (options.verbose) process.stderr.write(`> ${method} ${url.pathname}${url.search} HTTP/1.1\n`);
    // The tunnel hands its socket over paused.
    outgoing.once("socket", (given) => given.resume());
    outgoing.on("response", resolve);
    outgoing.on("error", (error: NodeJS.ErrnoException) =>
      reject(new CurlError(error.message === "socket hang up" ? exit.empty : exit.receive, error.message === "socket hang up" ? "Empty reply from server" : error.message)),
    );
    outgoing.end(options.body);
  });
}

async function writeResponse(response: IncomingMessage, options: CurlOptions): Promise<number> {
  const head = `HTTP/${response.httpVersion} ${response.statusCode} ${response.statusMessage}\r\n${pairs(response.rawHeaders)}\r\n`;
  if (options.verbose) process.stderr.write(head.replace(/^/gm, "< "));
  const write = sink(options.output);
  if (options.include || options.head) write(Buffer.from(head));
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      write(chunk);
    }
  } catch {
    throw new CurlError(exit.partial, `transfer closed with outstanding read data remaining`);
  }
  return size;
}

function pairs(raw: readonly string[]): string {
  let text = "";
  for (let index = 0; index < raw.length; index += 2) text += `${raw[index]}: ${raw[index + 1]}\r\n`;
  return text;
}

function sink(path: string | undefined): (chunk: Buffer) => void {
  if (path === undefined || path === "-") return (chunk) => void process.stdout.write(chunk);
  writeFileSync(path, "");
  return (chunk) => appendFileSync(path, chunk);
}

function writeOut(format: string, response: IncomingMessage, size: number, totalMs: number): string {
  const variables: Record<string, string> = {
    http_code: String(response.statusCode ?? 0).padStart(3, "0"),
    response_code: String(response.statusCode ?? 0).padStart(3, "0"),
    size_download: String(size),
    time_total: (totalMs / 1000).toFixed(6),
    content_type: response.headers["content-type"] ?? "",
  };
  return format
    .replace(/%\{(\w+)\}/g, (_, name: string) => variables[name] ?? "")
    .replace(/\\([nrt\\])/g, (_, letter: string) => ({ n: "\n", r: "\r", t: "\t", "\\": "\\" })[letter] ?? "");
}

async function main(): Promise<number> {
  let options: CurlOptions;
  try {
    options = parseCurlOptions(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof CurlUsageError)) throw error;
    console.error(`curl: ${error.message}`);
    return exit.usage;
  }
  for (const url of options.urls) {
    try {
      const work = transfer(url, options);
      await (options.timeoutMs === undefined ? work : Promise.race([work, timeout(options.timeoutMs)]));
    } catch (error) {
      if (!(error instanceof CurlError)) throw error;
      if (!options.silent || options.showError) console.error(`curl: (${error.code}) ${error.message}`);
      return error.code;
    }
  }
  return 0;
}

process.exitCode = await main();

import { createServer, Agent, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { isIPv4, type AddressInfo, type Socket } from "node:net";
import { pipeline } from "node:stream";
import type { Loopback } from "../network/loopback.ts";
import type { Backend } from "./choose-backends.ts";
import { connectBackend } from "./connect-backend.ts";
import { relay } from "./relay.ts";
import { resolveServiceName, type ServiceName } from "./resolve-service-name.ts";

/** Header of the proxy's own answers: why the connection could not be made. Our `curl` turns it into curl's exit code. */
export const failureHeader = "x-sandbox-connection";
export type ConnectionFailure = "refused" | "unresolved" | "reset";

export interface ProxyCaller {
  readonly namespace: string;
  /** Address that the backend is to see as its peer's. */
  readonly ip: string;
}

export interface ForwardProxyOptions {
  readonly loopback: Loopback;
  readonly address: string;
  readonly port?: number;
  /** The caller that a token belongs to; undefined for an unknown token. */
  readonly callerOf: (token: string) => ProxyCaller | undefined;
  /** A backend for one connection; null: there is none now, undefined: no such service or port. */
  readonly pick: (service: ServiceName, port: number, client: string) => Backend | null | undefined;
}

export interface ForwardProxy {
  readonly host: string;
  readonly port: number;
  stop(): Promise<void>;
}

const hopHeaders = new Set(["proxy-authorization", "proxy-connection"]);

/** The HTTP proxy by which the processes of a cluster reach services by name, in the place of cluster DNS (RFC 9110 §7.3.2, §9.3.6). */
export async function startForwardProxy(options: ForwardProxyOptions): Promise<ForwardProxy> {
  const sockets = new Set<Socket>();
  const agents = new WeakMap<Socket, Map<string, Agent>>();
  const track = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("close", () => sockets.delete(socket));
  };
  const server = createServer({ requestTimeout: 0 }, (request, response) => {
    const caller = options.callerOf(tokenOf(request));
    if (caller === undefined) return fail(response, 407, "unresolved", "This proxy is for the pods of its cluster: no or unknown token.");
    const target = absoluteTarget(request.url ?? "");
    if (target === undefined) return fail(response, 400, "unresolved", "This is a forward proxy: it wants an absolute http URL.");
    const resolved = resolve(options, caller, target.host, target.port);
    if (typeof resolved === "string") return fail(response, 502, resolved, messageOf(resolved, target.host, target.port));
    const key = `${target.host}:${target.port}`;
    const own = agents.get(request.socket) ?? new Map<string, Agent>();
    agents.set(request.socket, own);
    // One connection of the caller is one connection to each host: what a kept connection reached stays what it reaches.
    const agent = own.get(key) ?? agentFor(() => dialTarget(options, caller, target), request.socket, track);
    own.set(key, agent);
    return forward(request, response, agent, target.path);
  });
  server.on("connect", (request: IncomingMessage, socket: Socket, head: Buffer) => void tunnel(options, request, socket, head, track));
  server.on("connection", track);
  server.on("clientError", (_error, socket) => socket.destroy());
  await new Promise<void>((resolved, reject) => {
    server.once("error", reject);
    server.listen({ host: options.address, port: options.port ?? 0, exclusive: true }, resolved);
  });
  return {
    host: options.address,
    port: (server.address() as AddressInfo).port,
    async stop() {
      const closed = new Promise((done) => server.close(done));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function agentFor(dial: () => Promise<Socket>, client: Socket, track: (socket: Socket) => void): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  agent.createConnection = (_options, deliver) => {
    dial().then(
      (socket) => {
        track(socket);
        deliver?.(null, socket);
      },
      (error: Error) => deliver?.(error, undefined as never),
    );
    return undefined;
  };
  client.once("close", () => agent.destroy());
  return agent;
}

function forward(request: IncomingMessage, response: ServerResponse, agent: Agent, path: string): void {
  const headers = request.rawHeaders.flatMap((value, index) => (index % 2 === 1 || hopHeaders.has(value.toLowerCase()) ? [] : [[value, request.rawHeaders[index + 1] ?? ""]]));
  const upstream = httpRequest({ agent, method: request.method ?? "GET", path, setHost: false });
  for (const name of new Set(headers.map(([header]) => header ?? ""))) {
    const values = headers.filter(([header]) => header?.toLowerCase() === name.toLowerCase()).map(([, value]) => value ?? "");
    upstream.setHeader(name, values.length === 1 ? (values[0] ?? "") : values);
  }
  upstream.once("response", (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage, answer.rawHeaders);
    response.flushHeaders();
    // A cut answer must reach the caller as a cut one.
    pipeline(answer, response, (error) => error && request.socket.resetAndDestroy());
  });
  upstream.once("error", (error: NodeJS.ErrnoException) => {
    const failure = error.code === "ECONNREFUSED" ? "refused" : "reset";
    if (response.headersSent) request.socket.resetAndDestroy();
    else fail(response, 502, failure, `The connection failed: ${error.message}`);
  });
  response.once("close", () => {
    if (!response.writableFinished) upstream.destroy();
  });
  pipeline(request, upstream, () => undefined);
}

async function tunnel(options: ForwardProxyOptions, request: IncomingMessage, socket: Socket, head: Buffer, track: (socket: Socket) => void): Promise<void> {
  const refuse = (status: string, failure: ConnectionFailure): void => void socket.end(`HTTP/1.1 ${status}\r\n${failureHeader}: ${failure}\r\nContent-Length: 0\r\n\r\n`);
  const caller = options.callerOf(tokenOf(request));
  if (caller === undefined) return refuse("407 Proxy Authentication Required", "unresolved");
  const [host = "", port = "443"] = (request.url ?? "").split(":");
  const resolved = resolve(options, caller, host, Number(port));
  if (typeof resolved === "string") return refuse("502 Bad Gateway", resolved);
  try {
    const upstream = await dialTarget(options, caller, { host, port: Number(port) });
    track(upstream);
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    if (head.length > 0) upstream.write(head);
    relay(socket, upstream);
  } catch {
    refuse("502 Bad Gateway", "refused");
  }
  return undefined;
}

async function dialTarget(options: ForwardProxyOptions, caller: ProxyCaller, target: { host: string; port: number }): Promise<Socket> {
  const resolved = resolve(options, caller, target.host, target.port);
  if (typeof resolved === "string") throw Object.assign(new Error(messageOf(resolved, target.host, target.port)), { code: "ECONNREFUSED" });
  return await connectBackend(options.loopback, resolved, caller.ip);
}

/** Where a connection to the host goes: services by name, loopback addresses as they are. */
function resolve(options: ForwardProxyOptions, caller: ProxyCaller, host: string, port: number): Backend | ConnectionFailure {
  if (isIPv4(host)) return host.startsWith("127.") ? { ip: host, port } : "unresolved";
  if (host === "localhost") return { ip: "127.0.0.1", port };
  const service = resolveServiceName(host, caller.namespace);
  const backend = service === undefined ? undefined : options.pick(service, port, caller.ip);
  if (backend === undefined) return "unresolved";
  return backend ?? "refused";
}

function messageOf(failure: ConnectionFailure, host: string, port: number): string {
  return failure === "unresolved"
    ? `There is no service "${host}" with port ${port} in this cluster; names outside the cluster are not resolved.`
    : `${host}:${port} refused the connection: the service has no endpoint that is ready.`;
}

function absoluteTarget(url: string): { host: string; port: number; path: string } | undefined {
  const match = /^http:\/\/(?:[^/?#@]*@)?([^/?#:]+)(?::(\d{1,5}))?([/?][^#]*)?/i.exec(url);
  if (match === null) return undefined;
  const path = match[3] ?? "/";
  return { host: match[1] ?? "", port: Number(match[2] ?? 80), path: path.startsWith("?") ? `/${path}` : path };
}

function tokenOf(request: IncomingMessage): string {
  const encoded = /^Basic\s+(\S+)$/i.exec(request.headers["proxy-authorization"] ?? "")?.[1] ?? "";
  return Buffer.from(encoded, "base64").toString("utf8").split(":")[1] ?? "";
}

function fail(response: ServerResponse, status: number, failure: ConnectionFailure, message: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", [failureHeader]: failure, connection: "close" });
  response.end(`${message}\n`);
}

import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { WebSocketServer } from "ws";
import type { CertificatePair } from "../pki/certificate-authority.ts";
import type { ContainerRunner } from "./container-runner.ts";
import { execProtocols, runExecSession } from "./exec-session.ts";
import { sendLog } from "./send-log.ts";

export interface KubeletServerOptions {
  readonly address: string;
  readonly certificate: CertificatePair;
  /** Bearer token that the API server sends. */
  readonly token: string;
  readonly find: (namespace: string, pod: string, container: string) => ContainerRunner | undefined;
}

export interface KubeletServer {
  readonly port: number;
  stop(): Promise<void>;
}

const messageMax = 1024 * 1024;

/** The kubelet's HTTPS side: `/containerLogs` and `/exec` for the API server, which alone has the token. */
export async function startKubeletServer(options: KubeletServerOptions): Promise<KubeletServer> {
  const sockets = new Set<Socket>();
  const { keyPem, certPem } = options.certificate;
  // No client shows a certificate; without `ca` Node would read all those of the world's authorities first.
  const server = createServer({ key: keyPem, cert: certPem, ca: certPem });
  const websockets = new WebSocketServer({ noServer: true, maxPayload: messageMax, handleProtocols: (offered) => execProtocols.find((protocol) => offered.has(protocol)) ?? false });
  server.on("request", (request, response) => {
    const target = locate(options, request);
    if (typeof target !== "object") return answer(response, target, target === 401 ? "Unauthorized" : "no such pod, container or path");
    if (target.path === "exec") return answer(response, 400, "Upgrade request required: exec speaks WebSocket here");
    return sendLog(target, response);
  });
  server.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const target = locate(options, request);
    if (typeof target !== "object") return void socket.end(`HTTP/1.1 ${target} Refused\r\nContent-Length: 0\r\n\r\n`);
    const offered = (request.headers["sec-websocket-protocol"] ?? "").split(/\s*,\s*/);
    if (request.headers.upgrade?.toLowerCase() !== "websocket" || !execProtocols.some((protocol) => offered.includes(protocol))) {
      // kubectl shows this text: it must say what to do.
      const text = `the sandbox speaks exec over WebSocket (${execProtocols.join(", ")}), not ${request.headers.upgrade ?? "nothing"}: use kubectl 1.30 or newer`;
      return void socket.end(`HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`);
    }
    websockets.handleUpgrade(request, socket, head, (websocket) => void runExecSession(websocket, target));
    return undefined;
  });
  server.on("secureConnection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: options.address, port: 0, exclusive: true }, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      const closed = new Promise((done) => server.close(done));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

interface Target {
  readonly path: "containerLogs" | "exec";
  readonly pod: string;
  readonly query: URLSearchParams;
  readonly runner: ContainerRunner;
}

function locate(options: KubeletServerOptions, request: IncomingMessage): Target | 401 | 404 {
  const given = Buffer.from(request.headers.authorization ?? "");
  const wanted = Buffer.from(`Bearer ${options.token}`);
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return 401;
  const url = new URL(request.url ?? "/", "https://kubelet.invalid");
  const [, path, namespace = "", pod = "", container = ""] = url.pathname.split("/").map(decodeURIComponent);
  if (path !== "containerLogs" && path !== "exec") return 404;
  const runner = options.find(namespace, pod, container);
  return runner === undefined ? 404 : { path, pod, query: url.searchParams, runner };
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain" });
  response.end(`${text}\n`);
}

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createHTTPHandler } from "@trpc/server/adapters/standalone";
import type { Logger } from "pino";
import type { ConsoleBackend } from "../console-backend.ts";
import { appRouter } from "../router.ts";
import type { ListenAddress } from "./listen-address.ts";
import { checkRequest } from "./request-check.ts";

const bodyBytesMax = 1024 * 1024;

export interface HttpServerOptions {
  listen: ListenAddress;
  backend: ConsoleBackend;
  log: Logger;
  /** undefined: ready; else why not. */
  notReady: () => string | undefined;
  metrics: () => Promise<{ contentType: string; text: string }>;
}

export interface HttpServer {
  /** Address in use, e.g. "http://127.0.0.1:4000". */
  readonly url: string;
  /** Stops accepting, lets answers finish for at most 2 s, then closes. */
  stop(): Promise<void>;
}

/** Serves tRPC at /trpc, and /healthz, /readyz and /metrics. Rejects when the address is taken. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const trpc = createHTTPHandler({
    router: appRouter,
    basePath: "/trpc/",
    maxBodySize: bodyBytesMax,
    createContext: () => ({ backend: options.backend }),
    onError: ({ error, path }) => {
      if (error.code === "INTERNAL_SERVER_ERROR") options.log.error({ err: error.cause ?? error, path }, "a procedure failed");
    },
  });
  const server = createServer({ maxHeaderSize: 64 * 1024, requestTimeout: 30_000, headersTimeout: 10_000 }, (request, response) => {
    serve(request, response, options, trpc).catch((error: unknown) => {
      options.log.error({ err: error }, "a request failed");
      if (!response.headersSent) answer(response, 500, { code: "Internal", message: "something went wrong inside the API server" });
      else response.destroy();
    });
  });
  server.maxConnections = 1_000;
  await listen(server, options.listen);
  return { url: urlOf(server), stop: () => stop(server) };
}

async function serve(request: IncomingMessage, response: ServerResponse, options: HttpServerOptions, trpc: (request: IncomingMessage, response: ServerResponse) => void): Promise<void> {
  const refusal = checkRequest(request.method ?? "GET", request.headers);
  if (refusal !== undefined) {
    const { status, ...view } = refusal;
    options.log.warn({ code: view.code, field: view.field }, "refused a request");
    return answer(response, status, view);
  }
  const path = (request.url ?? "/").split("?")[0] ?? "/";
  if (path.startsWith("/trpc/")) return trpc(request, response);
  switch (path) {
    case "/healthz":
      return answerText(response, 200, "ok\n");
    case "/readyz": {
      const reason = options.notReady();
      return reason === undefined ? answerText(response, 200, "ok\n") : answerText(response, 503, `${reason}\n`);
    }
    case "/metrics": {
      const { contentType, text } = await options.metrics();
      response.writeHead(200, { "content-type": contentType }).end(text);
      return undefined;
    }
    default:
      return answer(response, 404, { code: "NotFound", message: `nothing is served at ${path.slice(0, 200)}`, remedy: "procedures are at /trpc" });
  }
}

function answer(response: ServerResponse, status: number, sluice: object): void {
  // The console reads the same shape from every failure.
  const body = JSON.stringify({ error: { message: (sluice as { message?: string }).message ?? "", code: -32_600, data: { httpStatus: status, sluice } } });
  response.writeHead(status, { "content-type": "application/json", connection: "close" }).end(body);
}

function answerText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(text);
}

async function listen(server: Server, { host, port }: ListenAddress): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(port, host, resolve);
  await promise;
  server.off("error", reject);
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
  const timer = setTimeout(() => server.closeAllConnections(), 2_000);
  await promise;
  clearTimeout(timer);
}

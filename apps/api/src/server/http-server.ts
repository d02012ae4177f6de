import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createHTTPHandler } from "@trpc/server/adapters/standalone";
import type { Logger } from "pino";
import type { ConsoleBackend } from "../console-backend.ts";
import { appRouter } from "../router.ts";
import { answerHealth, type Health } from "./answer-health.ts";
import type { ListenAddress } from "./listen-address.ts";
import { type HttpServer, listenOn } from "./listen-on.ts";
import { checkRequest } from "./request-check.ts";

const bodyBytesMax = 1024 * 1024;

export interface HttpServerOptions {
  listen: ListenAddress;
  backend: ConsoleBackend;
  log: Logger;
  health: Health;
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
  return await listenOn(server, options.listen);
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
  if (await answerHealth(path, response, options.health)) return undefined;
  return answer(response, 404, { code: "NotFound", message: `nothing is served at ${path.slice(0, 200)}`, remedy: "procedures are at /trpc" });
}

function answer(response: ServerResponse, status: number, sluice: object): void {
  // The console reads the same shape from every failure.
  const body = JSON.stringify({ error: { message: (sluice as { message?: string }).message ?? "", code: -32_600, data: { httpStatus: status, sluice } } });
  response.writeHead(status, { "content-type": "application/json", connection: "close" }).end(body);
}

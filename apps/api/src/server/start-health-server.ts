import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Logger } from "pino";
import { answerHealth, answerText, type Health } from "./answer-health.ts";
import type { ListenAddress } from "./listen-address.ts";
import { type HttpServer, listenOn } from "./listen-on.ts";

/**
 * Serves /healthz, /readyz and /metrics and nothing else, so that a kubelet and a Prometheus may come from other machines while
 * what moves traffic stays on loopback. Rejects when the address can't be listened on.
 */
export async function startHealthServer(listen: ListenAddress, health: Health, log: Logger): Promise<HttpServer> {
  const server = createServer({ maxHeaderSize: 16 * 1024, requestTimeout: 10_000, headersTimeout: 5_000 }, (request, response) => {
    serve(request, response, health).catch((error: unknown) => {
      log.error({ err: error }, "a request for health failed");
      if (!response.headersSent) answerText(response, 500, "something went wrong inside the API server\n");
      else response.destroy();
    });
  });
  server.maxConnections = 64;
  return await listenOn(server, listen);
}

async function serve(request: IncomingMessage, response: ServerResponse, health: Health): Promise<void> {
  if (request.method !== "GET" && request.method !== "HEAD") return answerText(response, 405, "only GET and HEAD are served\n");
  const path = (request.url ?? "/").split("?")[0] ?? "/";
  if (!(await answerHealth(path, response, health))) answerText(response, 404, "not found: try /healthz, /readyz or /metrics\n");
}

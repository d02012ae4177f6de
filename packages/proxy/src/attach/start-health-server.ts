import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface HealthServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** Serves `/healthz`, `/readyz` (503 with the reason while it is not ready) and `/metrics`. */
export async function startHealthServer(options: {
  address: string;
  port: number;
  /** undefined when ready, else why not. */
  notReady: () => string | undefined;
  metrics: () => Promise<{ contentType: string; text: string }>;
}): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const answer = (status: number, text: string, contentType = "text/plain; charset=utf-8") => response.writeHead(status, { "content-type": contentType }).end(text);
    switch (request.url) {
      case "/healthz":
        return answer(200, "ok\n");
      case "/readyz": {
        const reason = options.notReady();
        return reason === undefined ? answer(200, "ok\n") : answer(503, `${reason}\n`);
      }
      case "/metrics":
        return options.metrics().then(
          ({ text, contentType }) => answer(200, text, contentType),
          (error: unknown) => answer(500, `${String(error)}\n`),
        );
      default:
        return answer(404, "not found: try /healthz, /readyz or /metrics\n");
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.address, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

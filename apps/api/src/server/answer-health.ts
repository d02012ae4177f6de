import type { ServerResponse } from "node:http";

/** What this process tells about itself; nothing of the clusters' data. */
export interface Health {
  /** undefined: ready; else why not. */
  notReady: () => string | undefined;
  metrics: () => Promise<{ contentType: string; text: string }>;
}

/** Answers /healthz, /readyz (503 with the reason while it is not ready) and /metrics; false: `path` is none of them. */
export async function answerHealth(path: string, response: ServerResponse, { notReady, metrics }: Health): Promise<boolean> {
  switch (path) {
    case "/healthz":
      answerText(response, 200, "ok\n");
      return true;
    case "/readyz": {
      const reason = notReady();
      answerText(response, reason === undefined ? 200 : 503, `${reason ?? "ok"}\n`);
      return true;
    }
    case "/metrics": {
      const { contentType, text } = await metrics();
      response.writeHead(200, { "content-type": contentType }).end(text);
      return true;
    }
    default:
      return false;
  }
}

export function answerText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(text);
}

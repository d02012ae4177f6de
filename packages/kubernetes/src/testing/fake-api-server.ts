import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface SeenRequest {
  method: string;
  url: URL;
  headers: IncomingMessage["headers"];
  body: string;
}

/** A plain HTTP server whose answers a test writes itself. */
export interface FakeApiServer {
  /** Kubeconfig of a user with the token "secret". */
  readonly kubeconfig: string;
  readonly seen: SeenRequest[];
  /** Set before the first request; replaced at any time. */
  answer: (request: SeenRequest, response: ServerResponse) => void;
  /** Breaks every open connection. */
  breakConnections(): void;
  close(): Promise<void>;
}

/** Starts on a free port of 127.0.0.1. */
export async function startFakeApiServer(): Promise<FakeApiServer> {
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const one = { method: request.method ?? "", url: new URL(request.url ?? "/", "http://fake"), headers: request.headers, body: Buffer.concat(parts).toString() };
      seen.push(one);
      fake.answer(one, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const fake: FakeApiServer = {
    kubeconfig: JSON.stringify({
      "current-context": "fake",
      contexts: [{ name: "fake", context: { cluster: "fake", user: "fake" } }],
      clusters: [{ name: "fake", cluster: { server: `http://127.0.0.1:${port}` } }],
      users: [{ name: "fake", user: { token: "secret" } }],
    }),
    seen,
    answer: (_request, response) => answerJson(response, 404, { kind: "Status", reason: "NotFound", code: 404, message: "no answer set" }),
    breakConnections: () => server.closeAllConnections(),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return fake;
}

/** Sends a whole JSON answer. */
export function answerJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

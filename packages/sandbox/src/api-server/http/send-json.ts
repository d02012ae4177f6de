import type { ServerResponse } from "node:http";

/** Sends a whole JSON answer. */
export function sendJson(response: ServerResponse, code: number, body: unknown, headers: Record<string, string | string[]> = {}): void {
  const text = `${JSON.stringify(body)}\n`;
  response.writeHead(code, { "content-type": "application/json", "cache-control": "no-cache, private", "content-length": Buffer.byteLength(text), ...headers });
  response.end(text);
}

import type { ServerResponse } from "node:http";
import type { TelemetryFrame } from "@sluice/shared/telemetry/telemetry-frame";

export const intervalMsMin = 100;
export const intervalMsMax = 10_000;
const clientsMax = 64;

/** Writes frames to those who listen. A slow listener misses frames, which are cumulative, and never queues them. */
export class TelemetryStream {
  readonly #frame: () => TelemetryFrame;
  readonly #clients = new Set<ServerResponse>();

  constructor(frame: () => TelemetryFrame) {
    this.#frame = frame;
  }

  /** False when there are too many listeners already. */
  add(response: ServerResponse, intervalMs: number): boolean {
    if (this.#clients.size >= clientsMax) return false;
    this.#clients.add(response);
    response.writeHead(200, { "content-type": "application/x-ndjson", "cache-control": "no-store" });
    const send = (): void => {
      if (!response.writableNeedDrain) response.write(`${JSON.stringify(this.#frame())}\n`);
    };
    send();
    const timer = setInterval(send, intervalMs).unref();
    response.on("close", () => {
      clearInterval(timer);
      this.#clients.delete(response);
    });
    return true;
  }

  close(): void {
    for (const response of this.#clients) response.end();
  }
}

import { setTimeout as delay } from "node:timers/promises";
import type { KubernetesClient } from "@sluice/kubernetes/client";
import { systemNamespace } from "@sluice/shared/attachment/attachment-names";
import { type TelemetryFrame, telemetryFrameSchema } from "@sluice/shared/telemetry/telemetry-frame";
import { readLines } from "./read-lines.ts";

const adminPort = 9081;
const lineLengthMax = 16 * 1024 * 1024;
const retryMs = 500;
/** A stream that says nothing for so long is opened anew: a half-open connection never ends by itself. */
const silenceMsMax = 10_000;

export interface ProxyStreamOptions {
  client: KubernetesClient;
  pod: string;
  intervalMs: number;
  onFrame: (frame: TelemetryFrame) => void;
  onError: (error: unknown) => void;
}

/** Follows one proxy's `/telemetry/stream` through the member's API server until it is stopped; reopens it whenever it ends. */
export class ProxyStream {
  readonly #options: ProxyStreamOptions;
  readonly #abort = new AbortController();
  readonly #done: Promise<void>;

  constructor(options: ProxyStreamOptions) {
    this.#options = options;
    this.#done = this.#run();
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#done;
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      await this.#follow().catch((error: unknown) => {
        if (!signal.aborted) this.#options.onError(error);
      });
      await delay(retryMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #follow(): Promise<void> {
    const { client, pod, intervalMs, onFrame } = this.#options;
    const silence = new AbortController();
    const signal = AbortSignal.any([this.#abort.signal, silence.signal]);
    const watchdog = setTimeout(() => silence.abort(new Error("the stream fell silent")), silenceMsMax);
    try {
      const response = await client.podProxy({ namespace: systemNamespace, name: pod }, { port: adminPort, path: `/telemetry/stream?intervalMs=${intervalMs}`, signal });
      for await (const line of readLines(response.body, lineLengthMax)) {
        watchdog.refresh();
        onFrame(telemetryFrameSchema.parse(JSON.parse(line)));
      }
    } finally {
      clearTimeout(watchdog);
    }
  }
}

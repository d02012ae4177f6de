import type { ServicePortTelemetry, TelemetryFrame } from "@sluice/shared/telemetry/telemetry-frame";

export interface TelemetrySourceOptions {
  /** Random per process. */
  readonly incarnation: string;
  readonly pod: string;
  /** Epoch ms. */
  readonly now: () => number;
  readonly clusterKey: () => string;
  readonly ports: () => ServicePortTelemetry[];
  readonly connections: () => number;
}

/** Makes frames of cumulative values; each has the next sequence number, whoever asked for it. */
export class TelemetrySource {
  readonly #options: TelemetrySourceOptions;
  readonly #startedAtMs: number;
  #sequence = 0;

  constructor(options: TelemetrySourceOptions) {
    this.#options = options;
    this.#startedAtMs = options.now();
  }

  frame(): TelemetryFrame {
    const { incarnation, pod, now, clusterKey, ports, connections } = this.#options;
    const { user, system } = process.cpuUsage();
    return {
      version: 1,
      incarnation,
      sequence: this.#sequence++,
      atMs: now(),
      startedAtMs: this.#startedAtMs,
      clusterKey: clusterKey(),
      pod,
      ports: ports(),
      process: { residentBytes: process.memoryUsage.rss(), cpuMicros: user + system, connections: connections() },
    };
  }
}

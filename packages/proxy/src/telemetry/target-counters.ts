import type { TargetTelemetry } from "@sluice/shared/telemetry/telemetry-frame";
import { LatencyHistogram } from "./latency-histogram.ts";

/** Counters of one target of one service port, cumulative. */
export class TargetCounters {
  readonly clusterKey: string;
  requests = 0;
  requestsSinceApplied = 0;
  requestsSinceChange = 0;
  sessionsSinceChange = 0;
  attempts = 0;
  attemptFailures = 0;
  firstAttempts = 0;
  firstAttemptBad = 0;
  bytesReceived = 0;
  bytesSent = 0;
  inFlight = 0;
  tunnels = 0;
  openTunnels = 0;
  readonly latencyHead = new LatencyHistogram();
  readonly latencyTotal = new LatencyHistogram();
  /** By the first digit of the status; index 0 is not used. */
  readonly #byClass = new Float64Array(6);
  readonly #failures = new Map<string, number>();

  constructor(clusterKey: string) {
    this.clusterKey = clusterKey;
  }

  /** Its cluster was chosen for a request; `bySession`: by the session's key and not by the quota. */
  onChosen(bySession: boolean): void {
    this.requestsSinceApplied++;
    this.requestsSinceChange++;
    if (bySession) this.sessionsSinceChange++;
  }

  onAnswer(status: number): void {
    const index = Math.trunc(status / 100);
    this.#byClass[index] = (this.#byClass[index] ?? 0) + 1;
  }

  onFailure(reason: string): void {
    this.#failures.set(reason, (this.#failures.get(reason) ?? 0) + 1);
  }

  toTelemetry(): TargetTelemetry {
    const byClass: Record<string, number> = {};
    this.#byClass.forEach((count, index) => {
      if (count > 0) byClass[`${index}xx`] = count;
    });
    const { clusterKey, requests, requestsSinceApplied, requestsSinceChange, sessionsSinceChange, attempts, attemptFailures, firstAttempts, firstAttemptBad, bytesReceived, bytesSent, inFlight, tunnels, openTunnels } = this;
    return {
      clusterKey,
      requests,
      requestsSinceApplied,
      requestsSinceChange,
      sessionsSinceChange,
      byClass,
      failures: Object.fromEntries(this.#failures),
      attempts,
      attemptFailures,
      firstAttempts,
      firstAttemptBad,
      bytesReceived,
      bytesSent,
      inFlight,
      tunnels,
      openTunnels,
      latencyHead: this.latencyHead.sparse(),
      latencyTotal: this.latencyTotal.sparse(),
    };
  }
}

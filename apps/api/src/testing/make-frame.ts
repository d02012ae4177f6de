import type { ServicePortTelemetry, TargetTelemetry, TelemetryFrame } from "@sluice/shared/telemetry/telemetry-frame";

/** Counters of one target; all zero but for what is given. */
export function makeTarget(clusterKey: string, given: Partial<TargetTelemetry> = {}): TargetTelemetry {
  return {
    clusterKey,
    requests: 0,
    requestsSinceApplied: 0,
    requestsSinceChange: 0,
    sessionsSinceChange: 0,
    byClass: {},
    failures: {},
    attempts: 0,
    attemptFailures: 0,
    firstAttempts: 0,
    firstAttemptBad: 0,
    bytesReceived: 0,
    bytesSent: 0,
    inFlight: 0,
    tunnels: 0,
    openTunnels: 0,
    latencyHead: [],
    latencyTotal: [],
    ...given,
  };
}

/** A frame with one callers' port of httpbin. */
export function makeFrame(targets: TargetTelemetry[], given: Partial<TelemetryFrame> = {}, port: Partial<ServicePortTelemetry> = {}): TelemetryFrame {
  return {
    version: 1,
    incarnation: "a",
    sequence: 0,
    atMs: 0,
    startedAtMs: -3_600_000,
    clusterKey: "",
    pod: "p",
    ports: [
      {
        service: "httpbin/httpbin",
        port: 8080,
        role: "service",
        policy: null,
        inForce: null,
        targets,
        health: [],
        ledger: { accepted: 0, answered: 0, failed: {}, abandoned: 0, inFlight: 0, refused: {} },
        callers: 1,
        latest: [],
        ...port,
      },
    ],
    process: { residentBytes: 0, cpuMicros: 0, connections: 0 },
    ...given,
  };
}

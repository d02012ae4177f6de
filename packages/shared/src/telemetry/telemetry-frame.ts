import { z } from "zod";

const count = z.int().min(0);
const counts = z.record(z.string(), count);
/** Sparse log-linear histogram: [bucket index, count] pairs in index order; see `latency-buckets.ts`. */
const histogram = z.array(z.tuple([z.int().min(0), count]));

/** One target of one service port, as one proxy saw it. All counters are cumulative since `startedAtMs`. */
export const targetTelemetrySchema = z.object({
  clusterKey: z.string(),
  /** Requests whose cluster was chosen to be this one and that ended. */
  requests: count,
  /** Requests chosen for this target since the current (policy, split) was applied. */
  requestsSinceApplied: count,
  /** Requests chosen for this target since the effective split last changed: what "18 of 20" counts. */
  requestsSinceChange: count,
  /** Those of them that came with a session's key, which chose the target: the quota bound holds for the others. */
  sessionsSinceChange: count,
  /** By class of the answer that the caller got: "1xx".."5xx". */
  byClass: counts,
  /** Own answers and broken ones, by stable reason code (dial_failed, no_local_endpoints, upstream_reset, …). */
  failures: counts,
  attempts: count,
  attemptFailures: count,
  /** First attempts only, so that retries hide nothing. */
  firstAttempts: count,
  firstAttemptBad: count,
  bytesReceived: count,
  bytesSent: count,
  inFlight: count,
  /** Connections that went on without HTTP: WebSockets, of which each began as an answered request, and raw ones. Missing from a proxy of an older version. */
  tunnels: count.default(0),
  openTunnels: count.default(0),
  /** Request head in → response head out. */
  latencyHead: histogram,
  latencyTotal: histogram,
});

/** accepted = answered + failed + abandoned + inFlight, always. */
export const ledgerSchema = z.object({
  accepted: count,
  answered: count,
  failed: counts,
  abandoned: count,
  inFlight: count,
  /** Refused before routing (framing, unknown path), by rule; not part of the balance. */
  refused: counts,
});

export const appliedPolicySchema = z.object({
  uid: z.string(),
  generation: z.int(),
  splitHash: z.string(),
  /** Epoch ms at which this proxy began to apply it. */
  appliedAtMs: z.number(),
});

export const dropReasonSchema = z.enum(["no-ready-endpoints", "ejected", "unreachable", "unknown-cluster", "stand-by"]);
/** Wire form of `Ramp`. */
export const rampSchema = z.object({ after: dropReasonSchema, permille: z.int().min(1).max(999) });

/** Why the effective split changed. Of several changes at once it names one: a drop before a return before a step. */
export const splitCauseSchema = z.discriminatedUnion("kind", [
  /** Another policy, or this proxy began with it. */
  z.object({ kind: z.literal("policy") }),
  z.object({
    /** "returned": it has its whole share again; "joined": for the first time; "rising": another part of its share. */
    kind: z.enum(["dropped", "returned", "joined", "rising"]),
    clusterKey: z.string(),
  }),
]);

/** An effective split, and since when (epoch ms, by the proxy's clock) and why requests are chosen by it. */
export const splitInForceSchema = z.object({
  targets: z.array(z.object({ clusterKey: z.string(), weight: z.int().min(0) })).readonly(),
  sinceMs: z.number(),
  cause: splitCauseSchema,
});

export const targetHealthSchema = z.object({
  clusterKey: z.string(),
  /** Ready endpoints as this proxy sees them; null when it does not know. */
  readyEndpoints: z.int().min(0).nullable(),
  /** Absent while the target is in use. */
  dropped: dropReasonSchema.optional(),
  /** Absent unless the target rises to its share. */
  ramping: rampSchema.optional(),
  /** Age of this knowledge, by the proxy's clock. */
  ageMs: z.number(),
});

export const servicePortTelemetrySchema = z.object({
  /** "namespace/name". */
  service: z.string(),
  port: z.int(),
  /** "service": callers of this cluster; "gateway": requests from other clusters and outside. */
  role: z.enum(["service", "gateway"]),
  /** null: no policy object. */
  policy: appliedPolicySchema.nullable(),
  /** null: a gateway, which has nothing to choose. */
  inForce: splitInForceSchema.nullable(),
  targets: z.array(targetTelemetrySchema),
  health: z.array(targetHealthSchema),
  ledger: ledgerSchema,
  /** Distinct caller addresses in the last 60 s. */
  callers: z.int().min(0),
  /** The latest answers, oldest first, at most 40: sequence number, target, status (0: broken off). */
  latest: z.array(z.tuple([z.int(), z.string(), z.int()])).max(40),
});

/** One NDJSON line of a proxy's `/telemetry/stream`. */
export const telemetryFrameSchema = z.object({
  version: z.literal(1),
  /** Random per process: a new one means that all counters began anew. */
  incarnation: z.string(),
  sequence: z.int().min(0),
  atMs: z.number(),
  startedAtMs: z.number(),
  clusterKey: z.string(),
  pod: z.string(),
  ports: z.array(servicePortTelemetrySchema),
  process: z.object({ residentBytes: count, cpuMicros: count, connections: count }),
});

export type TargetTelemetry = z.output<typeof targetTelemetrySchema>;
export type Ledger = z.output<typeof ledgerSchema>;
export type AppliedPolicy = z.output<typeof appliedPolicySchema>;
export type SplitCause = z.output<typeof splitCauseSchema>;
export type SplitInForce = z.output<typeof splitInForceSchema>;
export type TargetHealth = z.output<typeof targetHealthSchema>;
export type ServicePortTelemetry = z.output<typeof servicePortTelemetrySchema>;
export type TelemetryFrame = z.output<typeof telemetryFrameSchema>;

import { z } from "zod";
import { appliedPolicySchema, dropReasonSchema, rampSchema } from "./telemetry-frame.ts";

const weighted = z.object({ clusterKey: z.string(), weight: z.int().min(0) });
const prioritised = z.object({ clusterKey: z.string(), priority: z.int().min(0) });

/** Wire form of `RequestedSplit`. */
const requestedSplitSchema = z.discriminatedUnion("mode", [
  z.object({ mode: z.literal("Locality") }),
  z.object({ mode: z.literal("ActiveActive"), targets: z.array(weighted).readonly() }),
  z.object({ mode: z.literal("FailOver"), targets: z.array(prioritised).readonly() }),
]);

/** Wire form of `EffectiveSplit`. */
const effectiveSplitSchema = z.object({
  targets: z.array(weighted).readonly(),
  ramping: z.array(rampSchema.extend({ clusterKey: z.string() })).readonly().optional(),
  dropped: z.array(z.object({ clusterKey: z.string(), reason: dropReasonSchema })).readonly(),
  refusal: z.enum(["no_local_endpoints", "no_healthy_target"]).optional(),
});

const proxySnapshotPortSchema = z.object({
  /** Port of the Service. */
  port: z.int(),
  /** null: the attachment controller has recorded none yet. */
  listenPort: z.int().nullable(),
  listening: z.boolean(),
  /** Accepted connections on the listen port that are still open. */
  openConnections: z.int().min(0),
  /** Those of them that carry a request or a tunnel just now; proxies of older versions don't say it. */
  busyConnections: z.int().min(0).optional(),
  /** True in the Beside stage. */
  passLocal: z.boolean(),
  requested: requestedSplitSchema,
  effective: effectiveSplitSchema,
  /** Local endpoints in use. */
  local: z.int().min(0),
  remotes: z
    .array(z.object({ clusterKey: z.string(), host: z.string(), ip: z.string(), port: z.int(), path: z.string() }))
    .readonly(),
});

const proxySnapshotServiceSchema = z.object({
  /** "namespace/name". */
  service: z.string(),
  uid: z.string(),
  /** null: there is no policy object. */
  policy: appliedPolicySchema.nullable(),
  ports: z.array(proxySnapshotPortSchema).readonly(),
});

const peerReportSchema = z.object({
  /** Address of another proxy of the member. */
  address: z.string(),
  /** False after 3 s without an answer. */
  reachable: z.boolean(),
});

/** Answer of a proxy's `GET /snapshot`: what is in force there, which is also its acknowledgement. */
export const proxySnapshotSchema = z.object({
  /** Empty until the cluster has joined a set. */
  clusterKey: z.string(),
  /** Random per process. */
  incarnation: z.string(),
  pod: z.string(),
  services: z.array(proxySnapshotServiceSchema).readonly(),
  /** Peers that this proxy asks; absent from one that asks none. */
  peers: z.array(peerReportSchema).readonly().optional(),
});

export type ProxySnapshot = z.output<typeof proxySnapshotSchema>;
export type PeerReport = z.output<typeof peerReportSchema>;
export type ProxySnapshotService = z.output<typeof proxySnapshotServiceSchema>;
export type ProxySnapshotPort = z.output<typeof proxySnapshotPortSchema>;

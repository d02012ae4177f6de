import type { Condition } from "@sluice/shared/object-meta";
import type { SplitCause } from "@sluice/shared/telemetry/telemetry-frame";
import type { OwnerView } from "./cluster-view.ts";
import type { Known } from "./known.ts";

export type Mode = "Locality" | "ActiveActive" | "FailOver";
export type AttachmentView = "Detached" | "Standby" | "Beside" | "Inline" | "Unknown";

/** A service over all members: what the service page's header and its Endpoints tab need. */
export interface ServiceView {
  service: string;
  namespace: string;
  name: string;
  ports: { port: number; name: string | null; protocol: string; exported: boolean }[];
  clusters: string[];
  requestsPerSecond: Known<number>;
  success: Known<number>;
  p95Ms: Known<number>;
  /** Over all proxies since they started. */
  ledger: Known<{ accepted: number; lost: number }>;
  endpoints: EndpointView[];
}

export interface EndpointView {
  clusterKey: string;
  pod: string;
  address: string;
  ready: boolean;
  terminating: boolean;
  node: string | null;
  /** Epoch ms. */
  createdAtMs: number | null;
}

/** One row of the Split tab: one source cluster's policy and its four truths. */
export interface SplitRowView {
  source: string;
  /** null: no policy object there. */
  policy: { uid: string; generation: number; spec: unknown } | null;
  mode: Mode;
  attachment: AttachmentView;
  /** The Service itself asks for the proxies in its path, whatever the policy says. */
  measureAsked: boolean;
  /** Requests of one session stay in one cluster: the shares place new sessions, and requests without one. */
  sticky: boolean;
  conditions: Condition[];
  owner: OwnerView;
  callers: number;
  requestsPerSecond: Known<number>;
  targets: SplitTargetView[];
  acknowledged: Known<{ ready: number; total: number; afterMs: number | null }>;
  /** Since when and why what is measured is counted, and how far it agrees; null: no proxy applies the policy. */
  convergence: ConvergenceView | null;
  /** Revision number and who made it, when known. */
  revision: { number: number; atMs: number; by: string; reason: string | null } | null;
  /** The split that Send back restores, thousandths; null when there is none. */
  baseline: { mode: Mode; shares: { clusterKey: string; permille: number }[] } | null;
  undo: { revision: number } | null;
  latest: [number, string, number][];
}

export interface ConvergenceView {
  /**
   * "unacknowledged": a proxy does not apply the policy yet, or is not heard; "differing": proxies have different effective
   * splits now; "rising": a target gets only a part of its share; "settling": too few requests yet, or not as the split says.
   */
  state: "converged" | "unacknowledged" | "differing" | "rising" | "settling";
  /** What the counts began with. */
  since: SinceView;
  /** The newest change of any proxy: in "differing" why they differ. */
  newest: SinceView;
}

export interface SinceView {
  /** Epoch ms, by the proxy's clock. */
  atMs: number;
  cause: SplitCause;
}

export interface SplitTargetView {
  clusterKey: string;
  own: boolean;
  weight: number;
  /** Thousandths; all four add to 1000 where known. */
  requestedPermille: number;
  effectivePermille: number;
  /** Why health dropped it. */
  dropped: string | null;
  /** It returned, or resolved only now, and rises to its share: why it got nothing before, and thousandths of its share. */
  ramping: { after: string; permille: number } | null;
  readyEndpoints: Known<number>;
  /** Requests since the effective split last changed, of all since; of the proxies that have the same one. */
  measured: Known<{ count: number; of: number }>;
  requestsPerSecond: Known<number>;
  /** Share of bad answers, 0 to 1, last minute. */
  errorShare: Known<number>;
  p95Ms: Known<number>;
}

/** A point of the 15-minute history; arrays parallel to `targets`. */
export interface HistoryView {
  targets: string[];
  /** Epoch ms of each point, ascending, at most 300. */
  atMs: number[];
  /** [target][point], null: not known then. */
  requestsPerSecond: (number | null)[][];
  p50Ms: (number | null)[][];
  p95Ms: (number | null)[][];
  p99Ms: (number | null)[][];
  errorsPerSecond: { app: (number | null)[]; proxy: (number | null)[]; gateway: (number | null)[] };
  markers: { atMs: number; label: string }[];
}

import type { Condition } from "@sluice/shared/object-meta";
import type { Known } from "./known.ts";

/** A member, as cards and the clusters page show it. */
export interface ClusterView {
  key: string;
  name: string;
  uid: string;
  /** Index into the fixed Okabe-Ito palette, stable for the life of the Cluster object. */
  color: number;
  gateway: string;
  /** gitVersion of the member's API server, when it ever answered. */
  version: string | null;
  conditions: Condition[];
  leaving: boolean;
  proxies: Known<{ ready: number; total: number }>;
  /** Ready endpoints of exported services, summed. */
  readyEndpoints: Known<number>;
  /** Answered by this cluster, requests/s over the last 5 s. */
  requestsPerSecond: Known<number>;
  /** Share of answers with 5xx or broken, 0 to 1, over the last minute. */
  errorShare: Known<number>;
}

/** One ribbon of the flow picture: callers in `source` answered by `target`. */
export interface FlowView {
  source: string;
  target: string;
  requestsPerSecond: Known<number>;
  /** Thousandths of the source's requests. */
  permille: number;
}

export interface ChecklistView {
  /** In order; computed from live objects, so kubectl ticks them too. */
  steps: {
    id: "joined" | "exported" | "first-requests" | "move-rest" | "leave";
    done: boolean;
    /** Command that does the step, for the first one that is not done. */
    command?: string;
    /** Values for the sentence of the step: service, cluster names. */
    params: Record<string, string>;
  }[];
}

export interface FleetView {
  clusters: ClusterView[];
  flows: FlowView[];
  /** Callers per source cluster: distinct addresses and requests/s. */
  callers: { source: string; count: number; requestsPerSecond: Known<number> }[];
  services: ServiceRowView[];
  checklist: ChecklistView;
  /** Of the first service with traffic: [sequence, clusterKey, status], oldest first, at most 40. */
  latest: [number, string, number][];
}

/** One row of /services and of the fleet page. */
export interface ServiceRowView {
  /** "namespace/name". */
  service: string;
  namespace: string;
  name: string;
  /** Cluster keys that have the service. */
  clusters: string[];
  exportedBy: string[];
  /** The main source's split, shares in thousandths. */
  requested: { clusterKey: string; permille: number }[];
  measured: Known<{ clusterKey: string; permille: number }[]>;
  requestsPerSecond: Known<number>;
  success: Known<number>;
  p95Ms: Known<number>;
  lastChange: { atMs: number; by: string } | null;
  owner: OwnerView;
}

/** Who keeps the policy. */
export interface OwnerView {
  kind: "none" | "console" | "kubectl" | "git" | "migration";
  /** e.g. "argocd/shop" or the field manager. */
  detail: string;
}

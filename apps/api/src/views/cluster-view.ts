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
  /** null while it does not leave. */
  leave: LeaveView | null;
  proxies: Known<{ ready: number; total: number }>;
  /** Ready endpoints of exported services, summed. */
  readyEndpoints: Known<number>;
  /** Answered by this cluster, requests/s over the last 5 s. */
  requestsPerSecond: Known<number>;
  /** Share of answers with 5xx or broken, 0 to 1, over the last minute. */
  errorShare: Known<number>;
}

/** The finalizer's steps, in order. */
export interface LeaveView {
  steps: {
    /** shares: no source gives it share; imports: removed everywhere; detach: its services Detached; credentials: dropped. */
    id: "shares" | "imports" | "detach" | "credentials";
    /** stuck: a person must do what `message` says. */
    state: "done" | "under-way" | "stuck" | "ahead";
  }[];
  message: string;
}

/** clusters.leavePreview: what keeps a cluster from leaving, and what its leaving changes. Keys are cluster keys. */
export interface LeavePreviewView {
  /** Policies that name it and send requests there: it stays until they don't. `permille` is null where they fail over to it. */
  policies: { service: string; source: string; permille: number | null }[];
  /** Clusters that can't be read, so that their policies are not known. */
  unreadable: string[];
  /** It can't be reached itself: its imports, attached services and record would stay there. */
  away: boolean;
  /** Services that the proxies step out of. */
  attached: string[];
  /** Services whose callers in it are sent elsewhere now, and will be served by it alone. */
  sentAway: { service: string; permille: number }[];
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
  /** Only of kind "git". */
  git?: GitOwner;
}

/** The tool that applies a policy from Git, and its Application, Kustomization, HelmRelease or release. */
export interface GitOwner {
  tool: "argocd" | "flux-kustomize" | "flux-helm" | "helm" | "other";
  app: string;
}

import type { ControllerRevision, EndpointSlice, Namespace, Pod, Service } from "@sluice/kubernetes/kinds";
import type { Cluster } from "@sluice/shared/cluster/cluster-schema";
import type { ServiceExport } from "@sluice/shared/export/service-export-schema";
import type { ServiceImport } from "@sluice/shared/import/service-import-schema";
import type { GlobalTrafficPolicy } from "@sluice/shared/policy/global-traffic-policy-schema";

/** A cache of one kind in one cluster; informers are such caches, tests use arrays. */
export interface Cache<T> {
  /** By "namespace/name", or "name" for cluster-scoped kinds. */
  get(key: string): T | undefined;
  list(): readonly T[];
}

/** Whether a member's caches can be believed. `sinceMs` is epoch ms. */
export type Link =
  | { readonly state: "live" }
  /** The caches hold what was true at `sinceMs`. */
  | { readonly state: "stale"; readonly sinceMs: number }
  /** Nothing was ever read: the caches are empty and say nothing. */
  | { readonly state: "unknown"; readonly sinceMs: number };

/** What is known of one member. */
export interface MemberWorld {
  readonly key: string;
  readonly cluster: Cluster;
  readonly link: Link;
  readonly namespaces: Cache<Namespace>;
  readonly services: Cache<Service>;
  readonly endpointSlices: Cache<EndpointSlice>;
  readonly pods: Cache<Pod>;
  readonly serviceExports: Cache<ServiceExport>;
  readonly serviceImports: Cache<ServiceImport>;
  readonly policies: Cache<GlobalTrafficPolicy>;
  /** Ours only. */
  readonly revisions: Cache<ControllerRevision>;
}

/** Everything that views and guards are computed from, besides telemetry. Members are in key order. */
export interface World {
  readonly members: readonly MemberWorld[];
}

import type { KubernetesClient } from "@sluice/kubernetes/client";
import type { Informer } from "@sluice/kubernetes/informer";
import type { ConfigMap, EndpointSlice, Namespace, Pod, Service } from "@sluice/kubernetes/kinds";
import type { EventRecorder } from "@sluice/kubernetes/record-event";
import type { KubernetesObject } from "@sluice/kubernetes/resource";
import type { ReplicaSet, Workload } from "../workload-kinds.ts";

/** What the controllers of one cluster see. */
export interface Caches {
  readonly deployments: Informer<Workload>;
  readonly replicaSets: Informer<ReplicaSet>;
  readonly pods: Informer<Pod>;
  readonly services: Informer<Service>;
  readonly slices: Informer<EndpointSlice>;
  readonly namespaces: Informer<Namespace>;
  readonly accounts: Informer<KubernetesObject>;
  readonly configMaps: Informer<ConfigMap>;
}

export interface ControllerContext {
  readonly client: KubernetesClient;
  readonly caches: Caches;
  readonly events: EventRecorder;
  /** PEM of the cluster's certificate authority. */
  readonly caPem: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** A level-triggered controller: `reconcile` reads the world of one key and makes it as it should be. */
export interface Controller {
  readonly name: string;
  readonly concurrency?: number;
  reconcile(key: string): Promise<{ requeueAfterMs?: number } | undefined | void>;
}

import type { KubernetesObject } from "@sluice/kubernetes/resource";
import { keyOf } from "@sluice/kubernetes/resource";
import { startReconcileLoop, type ReconcileLoop } from "@sluice/kubernetes/reconcile-loop";
import { serviceKeyOf } from "../services/service-network.ts";
import type { Controller, ControllerContext } from "./controller.ts";
import { deploymentController } from "./deployment-controller.ts";
import { endpointSliceController } from "./endpoint-slice-controller.ts";
import { matchesLabels } from "./matches-labels.ts";
import { namespaceController } from "./namespace-controller.ts";
import { replicaSetController } from "./replica-set-controller.ts";

export interface RunningControllers {
  /** Tells of a change in one of the caches, by the cache's name and the object's key. */
  changed(cache: keyof ControllerContext["caches"], key: string): void;
  stop(): Promise<void>;
}

/** Starts the cluster's controllers, ordinary clients of its API; `onError` hears of attempts that will be repeated. */
export function startControllers(context: ControllerContext, onError: (message: string, error: unknown) => void): RunningControllers {
  const run = (controller: Controller): ReconcileLoop =>
    startReconcileLoop({
      reconcile: (key) => controller.reconcile(key),
      concurrency: controller.concurrency ?? 1,
      backoff: { firstMs: 10, mostMs: 2_000 },
      onError: (key, error, failures) => {
        // Conflicts are how controllers meet; only what persists is worth telling.
        if (failures >= 5) onError(`controller ${controller.name}, ${key}, attempt ${failures}`, error);
      },
    });
  const deployments = run(deploymentController(context));
  const replicaSets = run(replicaSetController(context));
  const slices = run(endpointSliceController(context));
  const namespaces = run(namespaceController(context));
  const { caches } = context;
  /** Whose a pod was that is gone or has other labels now: its services are sought anew, since one may have come after it. */
  const podFacts = new Map<string, { owner: string | undefined; labels: Record<string, string> | undefined }>();

  const ownerKey = (object: KubernetesObject, kind: string): string | undefined => {
    const owner = object.metadata.ownerReferences?.find((one) => one.controller === true && one.kind === kind);
    return owner === undefined ? undefined : keyOf({ metadata: { name: owner.name, namespace: object.metadata.namespace } });
  };

  function podChanged(key: string): void {
    const pod = caches.pods.get(key);
    const before = podFacts.get(key);
    const now = pod === undefined ? undefined : { owner: ownerKey(pod, "ReplicaSet"), labels: pod.metadata.labels };
    if (now === undefined) podFacts.delete(key);
    else podFacts.set(key, now);
    const facts = [now, before].filter((one) => one !== undefined);
    for (const owner of new Set(facts.map((one) => one.owner))) if (owner !== undefined) replicaSets.add(owner);
    const namespace = key.split("/")[0];
    for (const service of caches.services.list()) {
      const { metadata, spec } = service;
      if (metadata.namespace === namespace && facts.some(({ labels }) => matchesLabels(spec.selector, labels))) slices.add(keyOf(service));
    }
  }

  const setOwners = new Map<string, string>();
  const sliceOwners = new Map<string, string>();
  function remember(owners: Map<string, string>, key: string, owner: string | undefined): string | undefined {
    const known = owner ?? owners.get(key);
    if (owner === undefined) owners.delete(key);
    else owners.set(key, owner);
    return known;
  }

  return {
    changed(cache, key) {
      if (cache === "deployments") deployments.add(key);
      else if (cache === "replicaSets") {
        replicaSets.add(key);
        const set = caches.replicaSets.get(key);
        const owner = remember(setOwners, key, set === undefined ? undefined : ownerKey(set, "Deployment"));
        if (owner !== undefined) deployments.add(owner);
      } else if (cache === "pods") podChanged(key);
      else if (cache === "services") slices.add(key);
      else if (cache === "slices") {
        const slice = caches.slices.get(key);
        const owner = remember(sliceOwners, key, slice === undefined ? undefined : serviceKeyOf(slice));
        if (owner !== undefined) slices.add(owner);
      } else if (cache === "namespaces") namespaces.add(key);
      else if (key.endsWith("/default") || key.endsWith("/kube-root-ca.crt")) namespaces.add(key.split("/")[0] ?? "");
    },
    async stop() {
      await Promise.all([deployments, replicaSets, slices, namespaces].map((loop) => loop.stop()));
    },
  };
}

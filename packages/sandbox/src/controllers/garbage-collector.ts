import { ApiError } from "@sluice/kubernetes/api-error";
import type { KubernetesClient } from "@sluice/kubernetes/client";
import type { Informer } from "@sluice/kubernetes/informer";
import { kinds } from "@sluice/kubernetes/kinds";
import { startReconcileLoop } from "@sluice/kubernetes/reconcile-loop";
import { keyOf, type KubernetesObject, type ResourceType } from "@sluice/kubernetes/resource";
import { startInformer } from "@sluice/kubernetes/start-informer";
import { workloadKinds } from "../workload-kinds.ts";
import type { Caches } from "./controller.ts";

/** Finalizers that mean "after the dependents" and "without them" (`metav1.FinalizerDeleteDependents`, `FinalizerOrphanDependents`). */
const foreground = "foregroundDeletion";
const orphan = "orphan";

export interface GarbageCollector {
  changed(cache: string, key: string): void;
  stop(): Promise<void>;
}

interface Tracked {
  readonly type: ResourceType;
  readonly informer: Informer<KubernetesObject>;
}

interface CustomResourceDefinition extends KubernetesObject {
  spec: { group: string; names: { plural: string; kind: string }; scope: string; versions: { name: string; served: boolean; storage: boolean }[] };
  status?: { conditions?: { type: string; status: string }[] };
}

/**
 * Deletes objects whose owners are all gone, and lets owners that wait for their dependents go. Watches what
 * controllers and people own things by: the caches' kinds, secrets, revisions, and every custom resource.
 */
export function startGarbageCollector(options: { client: KubernetesClient; caches: Caches; onError: (message: string, error: unknown) => void }): GarbageCollector {
  const { client, caches, onError } = options;
  const tracked = new Map<string, Tracked>();
  const extra: Informer<KubernetesObject>[] = [];
  const loop = startReconcileLoop({
    concurrency: 4,
    backoff: { firstMs: 20, mostMs: 2_000 },
    onError: (key, error, failures) => {
      if (failures >= 5) onError(`garbage collector, ${key}, attempt ${failures}`, error);
    },
    reconcile: (id) => collect(client, tracked, id),
  });
  /** Owners by dependent and dependents by owner would be two indexes to keep right; the objects of a sandbox are few. */
  const changed = (kind: string, key: string): void => {
    const object = tracked.get(kind)?.informer.get(key);
    if (object !== undefined) {
      loop.add(`${kind}|${key}`);
      for (const owner of object.metadata.ownerReferences ?? []) {
        const ownerKind = [...tracked].find(([, { type }]) => type.kind === owner.kind)?.[0];
        if (ownerKind !== undefined) loop.add(`${ownerKind}|${keyOf({ metadata: { name: owner.name, namespace: object.metadata.namespace } })}`);
      }
      return;
    }
    for (const [otherKind, { informer }] of tracked) for (const other of informer.list()) if (isInteresting(other)) loop.add(`${otherKind}|${keyOf(other)}`);
  };
  const track = (name: string, type: ResourceType, informer?: Informer<KubernetesObject>): void => {
    if (tracked.has(name)) return;
    const started = informer ?? startInformer(client, type, { onChange: (key) => changed(name, key) });
    if (informer === undefined) extra.push(started);
    tracked.set(name, { type, informer: started });
  };
  const shared: Record<keyof Caches, ResourceType> = {
    deployments: workloadKinds.deployments,
    replicaSets: workloadKinds.replicaSets,
    pods: kinds.pods,
    services: kinds.services,
    slices: kinds.endpointSlices,
    namespaces: kinds.namespaces,
    accounts: kinds.serviceAccounts,
    configMaps: kinds.configMaps,
  };
  for (const [name, type] of Object.entries(shared)) track(name, type, caches[name as keyof Caches]);
  track("secrets", kinds.secrets);
  track("controllerRevisions", kinds.controllerRevisions);
  const definitions = startInformer(client, kinds.customResourceDefinitions as ResourceType<CustomResourceDefinition>, {
    onChange: (key) => {
      const definition = definitions.get(key);
      if (definition === undefined) {
        void tracked.get(key)?.informer.stop();
        tracked.delete(key);
        return;
      }
      const { group, names, scope, versions } = definition.spec;
      const version = versions.find(({ storage }) => storage)?.name ?? "";
      const isEstablished = definition.status?.conditions?.some(({ type, status }) => type === "Established" && status === "True");
      if (isEstablished === true) track(key, { group, version, plural: names.plural, kind: names.kind, namespaced: scope === "Namespaced" });
    },
  });
  extra.push(definitions);
  return {
    changed,
    async stop() {
      await loop.stop();
      await Promise.all(extra.map((informer) => informer.stop()));
    },
  };
}

const isInteresting = ({ metadata }: KubernetesObject): boolean => (metadata.ownerReferences?.length ?? 0) > 0 || (metadata.deletionTimestamp !== undefined && (metadata.finalizers?.length ?? 0) > 0);

async function collect(client: KubernetesClient, tracked: ReadonlyMap<string, Tracked>, id: string): Promise<void> {
  const separator = id.indexOf("|");
  const entry = tracked.get(id.slice(0, separator));
  const object = entry?.informer.get(id.slice(separator + 1));
  if (entry === undefined || object === undefined) return;
  const { metadata } = object;
  if (metadata.deletionTimestamp !== undefined) {
    if (metadata.finalizers?.includes(foreground) === true || metadata.finalizers?.includes(orphan) === true) await finalize(client, tracked, entry.type, object);
    return;
  }
  const owners = metadata.ownerReferences ?? [];
  if (owners.length === 0) return;
  for (const owner of owners) {
    const type = typeOf(tracked, owner.apiVersion, owner.kind);
    // An owner of a kind that is not tracked can't be asked for: its dependents stay.
    if (type === undefined) return;
    // Positive evidence only: the API itself says that the owner is not there (any more).
    const live = await client.get(type, { name: owner.name, namespace: type.namespaced ? metadata.namespace : undefined }).catch((error: unknown) => {
      if (error instanceof ApiError && error.code === 404) return undefined;
      throw error;
    });
    if (live?.metadata.uid === owner.uid) return;
  }
  await client.delete(entry.type, metadata, { propagationPolicy: "Background", preconditions: { uid: metadata.uid ?? "" } }).catch(ignoreRace);
}

/** Brings an owner that is being deleted in the foreground, or to orphan its dependents, to its end. */
async function finalize(client: KubernetesClient, tracked: ReadonlyMap<string, Tracked>, type: ResourceType, owner: KubernetesObject): Promise<void> {
  const isForeground = owner.metadata.finalizers?.includes(foreground) === true;
  let blocking = 0;
  for (const { type: dependentType, informer } of tracked.values()) {
    for (const dependent of informer.list()) {
      const references = dependent.metadata.ownerReferences ?? [];
      const reference = references.find(({ uid }) => uid === owner.metadata.uid);
      if (reference === undefined) continue;
      if (!isForeground) {
        const body = { metadata: { resourceVersion: dependent.metadata.resourceVersion, ownerReferences: references.filter((one) => one !== reference) } };
        await client.patch(dependentType, dependent.metadata, { type: "merge", body });
        continue;
      }
      if (reference.blockOwnerDeletion === true) blocking += 1;
      if (dependent.metadata.deletionTimestamp === undefined) await client.delete(dependentType, dependent.metadata, { propagationPolicy: "Foreground", preconditions: { uid: dependent.metadata.uid ?? "" } }).catch(ignoreRace);
    }
  }
  if (blocking > 0) return;
  const finalizers = (owner.metadata.finalizers ?? []).filter((name) => name !== (isForeground ? foreground : orphan));
  await client.patch(type, owner.metadata, { type: "merge", body: { metadata: { resourceVersion: owner.metadata.resourceVersion, finalizers } } }).catch(ignoreRace);
}

function typeOf(tracked: ReadonlyMap<string, Tracked>, apiVersion: string, kind: string): ResourceType | undefined {
  const group = apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
  return [...tracked.values()].find(({ type }) => type.group === group && type.kind === kind)?.type;
}

function ignoreRace(error: unknown): void {
  if (!(error instanceof ApiError && (error.code === 404 || error.code === 409))) throw error;
}

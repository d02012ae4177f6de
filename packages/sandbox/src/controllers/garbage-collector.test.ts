import { ConnectionError } from "@sluice/kubernetes/api-error";
import { createClient } from "@sluice/kubernetes/create-client";
import type { KubernetesClient } from "@sluice/kubernetes/client";
import type { Informer } from "@sluice/kubernetes/informer";
import { kinds, type ConfigMap } from "@sluice/kubernetes/kinds";
import type { KubernetesObject, ResourceType } from "@sluice/kubernetes/resource";
import { startInformer } from "@sluice/kubernetes/start-informer";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startCluster, type SandboxCluster } from "../sandbox-cluster.ts";
import type { Caches } from "./controller.ts";
import { startGarbageCollector } from "./garbage-collector.ts";

const soon = { timeout: 20_000, interval: 30 };
const namespace = "default";
let cluster: SandboxCluster;
let client: KubernetesClient;
beforeAll(async () => {
  cluster = await startCluster({ name: "collected", workloads: false });
  client = createClient({ kubeconfig: cluster.kubeconfig });
});
afterAll(async () => {
  await client.close();
  await cluster.stop();
});

const make = (name: string, owners: ConfigMap[] = [], more: object = {}) =>
  client.create(kinds.configMaps, {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace, ownerReferences: owners.map(({ metadata }) => ({ apiVersion: "v1", kind: "ConfigMap", name: metadata.name, uid: metadata.uid ?? "", blockOwnerDeletion: true })), ...more },
  });
const find = async (name: string): Promise<ConfigMap | undefined> => (await client.list(kinds.configMaps, { namespace })).items.find(({ metadata }) => metadata.name === name);
const untilGone = (name: string) => vi.waitFor(async () => expect(await find(name)).toBeUndefined(), soon);

describe("the garbage collector", () => {
  it("background: the owner goes at once, what it owns after it, down to the last", async () => {
    const owner = await make("b-owner");
    const child = await make("b-child", [owner]);
    await make("b-grandchild", [child]);
    await client.delete(kinds.configMaps, owner.metadata, { propagationPolicy: "Background" });
    expect(await find("b-owner")).toBeUndefined();
    await untilGone("b-child");
    await untilGone("b-grandchild");
  });

  it("foreground: the owner stays until all that blocks it has gone", async () => {
    const owner = await make("f-owner");
    const child = await make("f-child", [owner], { finalizers: ["test.sluice.dev/hold"] });
    await client.delete(kinds.configMaps, owner.metadata, { propagationPolicy: "Foreground" });
    await vi.waitFor(async () => expect((await find("f-child"))?.metadata.deletionTimestamp).toBeDefined(), soon);
    expect((await find("f-owner"))?.metadata).toMatchObject({ finalizers: ["foregroundDeletion"], deletionTimestamp: expect.any(String) as string });
    await client.patch(kinds.configMaps, child.metadata, { type: "merge", body: { metadata: { finalizers: null } } });
    await untilGone("f-child");
    await untilGone("f-owner");
  });

  it("orphan: what it owned stays, and is nobody's", async () => {
    const owner = await make("o-owner");
    await make("o-child", [owner]);
    await client.delete(kinds.configMaps, owner.metadata, { propagationPolicy: "Orphan" });
    await untilGone("o-owner");
    // Looked at again once whatever the collector had to do is done.
    await make("o-stale", [owner]);
    await untilGone("o-stale");
    expect((await find("o-child"))?.metadata).toMatchObject({ name: "o-child" });
    expect((await find("o-child"))?.metadata.ownerReferences ?? []).toEqual([]);
  });

  it("keeps what has another owner left, and takes an owner of the same name for another", async () => {
    const [one, two] = [await make("m-one"), await make("m-two")];
    await make("m-both", [one, two]);
    await make("m-one-only", [one]);
    await make("m-stale", [{ ...one, metadata: { ...one.metadata, uid: "00000000-0000-0000-0000-000000000000" } }]);
    await untilGone("m-stale");
    await client.delete(kinds.configMaps, one.metadata, { propagationPolicy: "Background" });
    await untilGone("m-one-only");
    expect(await find("m-both")).toBeDefined();
    await client.delete(kinds.configMaps, two.metadata, { propagationPolicy: "Background" });
    await untilGone("m-both");
  });

  it("foreground: what does not block its owner keeps it no longer", async () => {
    const owner = await make("w-owner");
    const waiting = await client.create(kinds.configMaps, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "w-child", namespace, finalizers: ["test.sluice.dev/hold"], ownerReferences: [{ apiVersion: "v1", kind: "ConfigMap", name: "w-owner", uid: owner.metadata.uid ?? "" }] } });
    await client.delete(kinds.configMaps, owner.metadata, { propagationPolicy: "Foreground" });
    await untilGone("w-owner");
    expect((await find("w-child"))?.metadata.deletionTimestamp).toBeDefined();
    await client.patch(kinds.configMaps, waiting.metadata, { type: "merge", body: { metadata: { finalizers: null } } });
    await untilGone("w-child");
  });

  it("takes custom resources for owners and dependents as everything else, and leaves alone what belongs to a kind that it does not watch", async () => {
    const crd = { group: "gc.sluice.dev", scope: "Namespaced", names: { plural: "gadgets", singular: "gadget", kind: "Gadget" }, versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } }] };
    await client.create(kinds.customResourceDefinitions, { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition", metadata: { name: "gadgets.gc.sluice.dev" }, spec: crd } as KubernetesObject);
    const gadgets: ResourceType = { group: "gc.sluice.dev", version: "v1", plural: "gadgets", kind: "Gadget", namespaced: true };
    const gadget = await vi.waitFor(() => client.create(gadgets, { apiVersion: "gc.sluice.dev/v1", kind: "Gadget", metadata: { name: "g-owner", namespace } }), soon);
    const reference = (owner: KubernetesObject) => [{ apiVersion: owner.apiVersion, kind: owner.kind, name: owner.metadata.name, uid: owner.metadata.uid ?? "" }];
    await client.create(kinds.configMaps, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "g-child", namespace, ownerReferences: reference(gadget) } });
    await client.create(kinds.configMaps, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "g-unwatched", namespace, ownerReferences: [{ apiVersion: "coordination.k8s.io/v1", kind: "Lease", name: "never", uid: "00000000-0000-0000-0000-000000000000" }] } });
    await client.delete(gadgets, gadget.metadata, { propagationPolicy: "Background" });
    await untilGone("g-child");
    const owner = await make("g-last");
    await client.create(gadgets, { apiVersion: "gc.sluice.dev/v1", kind: "Gadget", metadata: { name: "g-dependent", namespace, ownerReferences: reference(owner) } });
    await client.delete(kinds.configMaps, owner.metadata, { propagationPolicy: "Background" });
    await vi.waitFor(async () => expect((await client.list(gadgets, { namespace })).items).toEqual([]), soon);
    expect(await find("g-unwatched")).toBeDefined();
  });

  it("deletes only where the API itself says that the owner is gone: not where it does not answer", async () => {
    const owner = await make("e-owner");
    await make("e-child", [owner]);
    let refused = 0;
    // A second collector, to which the API never says anything about owners.
    const unanswered = async () => {
      refused += 1;
      throw new ConnectionError("reset", "no answer");
    };
    const deaf = new Proxy(client, {
      get(target, name) {
        const value = name === "get" ? unanswered : (Reflect.get(target, name) as unknown);
        return typeof value === "function" ? (value as (...given: unknown[]) => unknown).bind(target) : value;
      },
    });
    const nothing = { get: () => undefined, list: () => [] } as unknown as Informer<KubernetesObject>;
    const configMaps = startInformer(client, kinds.configMaps);
    await configMaps.synced();
    const caches = { deployments: nothing, replicaSets: nothing, pods: nothing, services: nothing, slices: nothing, namespaces: nothing, accounts: nothing, configMaps } as unknown as Caches;
    const collector = startGarbageCollector({ client: deaf, caches, onError: () => undefined });
    try {
      collector.changed("configMaps", `${namespace}/e-child`);
      await vi.waitFor(() => expect(refused).toBeGreaterThan(2), soon);
      expect(await find("e-child")).toBeDefined();
    } finally {
      await collector.stop();
      await configMaps.stop();
    }
  });
});

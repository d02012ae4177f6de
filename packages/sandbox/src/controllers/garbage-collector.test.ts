import { createClient } from "@sluice/kubernetes/create-client";
import type { KubernetesClient } from "@sluice/kubernetes/client";
import { kinds, type ConfigMap } from "@sluice/kubernetes/kinds";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startCluster, type SandboxCluster } from "../sandbox-cluster.ts";

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
    expect((await find("o-child"))?.metadata.ownerReferences ?? []).toEqual([]);
  });

  it("keeps what has another owner left, and takes an owner of the same name for another", async () => {
    const [one, two] = [await make("m-one"), await make("m-two")];
    await make("m-both", [one, two]);
    await make("m-stale", [{ ...one, metadata: { ...one.metadata, uid: "00000000-0000-0000-0000-000000000000" } }]);
    await client.delete(kinds.configMaps, one.metadata, { propagationPolicy: "Background" });
    await untilGone("m-stale");
    expect(await find("m-both")).toBeDefined();
    await client.delete(kinds.configMaps, two.metadata, { propagationPolicy: "Background" });
    await untilGone("m-both");
  });
});

import type { KubernetesClient } from "@sluice/kubernetes/client";
import { kinds } from "@sluice/kubernetes/kinds";
import { afterEach, expect, it, vi } from "vitest";
import { exportHttpbin, join, type TestCluster, TestSet } from "../testing/test-clusters.ts";
import { trpcClient } from "../testing/trpc-client.ts";

const set = new TestSet();
afterEach(() => set.end());

const until = <T>(check: () => Promise<T>) => vi.waitFor(check, { timeout: 30_000, interval: 100 });
const member = { namespace: "sluice-system", name: "sluice-member" };
const setRef = { namespace: "sluice-system", name: "sluice-set" };
const record = async (cluster: TestCluster) => (await cluster.client.get(kinds.configMaps, member)).data;
const epochOf = async (controlPlane: TestCluster) => (await controlPlane.client.get(kinds.configMaps, setRef)).data?.["epoch"];
const importsOf = async (cluster: TestCluster) => (await cluster.client.list(kinds.serviceImports)).items.length;

async function managed(controlPlane: TestCluster, name: string) {
  const cluster = await controlPlane.client.get(kinds.clusters, { name });
  return cluster.status?.conditions?.find((one) => one.type === "Managed");
}

async function twoMembers() {
  const controlPlane = await set.cluster("control-plane");
  const old = await set.cluster("1-23");
  const next = await set.cluster("1-25");
  await join(controlPlane, "1-23", old.kubeconfig, 1);
  await join(controlPlane, "1-25", next.kubeconfig, 1);
  return { controlPlane, old, next };
}

/** The client as one replica uses it, with what it wrote besides its Lease. */
function watched(client: KubernetesClient): { client: KubernetesClient; writes: string[] } {
  const writes: string[] = [];
  const writing = new Set<string | symbol>(["create", "replace", "patch", "delete"]);
  const watching = new Proxy(client, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) => {
        const { plural } = args[0] as { plural?: string };
        if (writing.has(name) && plural !== "leases") writes.push(`${String(name)} ${plural ?? ""}`);
        return (value as (...given: unknown[]) => unknown).apply(target, args);
      };
    },
  });
  return { client: watching, writes };
}

it("one replica leads and writes, the other serves reads; leadership passes when the leader ends", async () => {
  const { controlPlane, old, next } = await twoMembers();
  const first = await set.api(controlPlane, { identity: "first" });
  await until(async () => expect((await managed(controlPlane, "1-25"))?.reason).toBe("Watching"));
  const { client, writes } = watched(controlPlane.client);
  const second = await set.api({ ...controlPlane, client }, { identity: "second" });
  const reads = trpcClient(second);
  await exportHttpbin(next);
  await until(async () => expect(await importsOf(old)).toBe(1));
  await until(async () => expect((await reads.clusters.list.query()).map(({ name, proxies }) => [name, proxies.state])).toEqual([["1-23", "known"], ["1-25", "known"]]));
  await until(async () => expect((await reads.services.list.query()).map(({ service }) => service)).toContain("httpbin/httpbin"));
  expect(writes).toEqual([]);
  // The term began with 1, and two clusters joined.
  expect(await epochOf(controlPlane)).toBe("3");

  await first.stop();
  await until(async () => expect(await epochOf(controlPlane)).toBe("4"));
  await until(async () => expect(await record(old)).toMatchObject({ epoch: "4" }));
  await exportHttpbin(old);
  await until(async () => expect(await importsOf(next)).toBe(1));
  expect(writes).toContain("replace configmaps");
});

it("a control plane that was restored to an older epoch writes nothing to any member until an administrator confirms", async () => {
  const { controlPlane, old, next } = await twoMembers();
  const before = await set.api(controlPlane);
  await exportHttpbin(next);
  await until(async () => expect(await importsOf(old)).toBe(1));
  await until(async () => expect((await managed(controlPlane, "1-23"))?.reason).toBe("Watching"));
  await before.stop();
  // What the backup does not know: a later control plane led, and only one member heard of it.
  await next.client.patch(kinds.configMaps, member, { type: "merge", body: { data: { epoch: "7" } } });
  await next.client.delete(kinds.serviceExports, { namespace: "httpbin", name: "httpbin" });

  const restored = await set.api(controlPlane);
  await until(async () => expect(await managed(controlPlane, "1-25")).toMatchObject({ status: "False", reason: "EpochOlder", message: expect.stringContaining('"confirmedEpoch":"7"') as unknown }));
  await until(async () => expect(await managed(controlPlane, "1-23")).toMatchObject({ status: "False", reason: "EpochOlder", message: expect.stringContaining("another member of the set knows epoch 7") as unknown }));
  await exportHttpbin(old);
  await until(async () => expect((await trpcClient(restored).services.list.query())[0]?.exportedBy).toEqual(["default/default/default/1-23"]));
  expect([await importsOf(old), await importsOf(next)]).toEqual([1, 0]);
  expect((await record(next))?.["epoch"]).toBe("7");
  const shown = (await trpcClient(restored).clusters.list.query())[1]?.conditions.find(({ type }) => type === "Managed");
  expect(shown?.message).toContain("kubectl patch configmap sluice-set");

  await controlPlane.client.patch(kinds.configMaps, setRef, { type: "merge", body: { data: { confirmedEpoch: "7" } } });
  await until(async () => expect((await record(next))?.["epoch"]).toBe("8"));
  await until(async () => expect([await importsOf(old), await importsOf(next)]).toEqual([0, 1]));
  await until(async () => expect((await managed(controlPlane, "1-25"))?.reason).toBe("Watching"));
});

it("a backup from before a cluster left is told from the present, although the same leader led all the time", async () => {
  const { controlPlane, old, next } = await twoMembers();
  const third = await set.cluster("1-27");
  await join(controlPlane, "1-27", third.kubeconfig, 1);
  const before = await set.api(controlPlane);
  await until(async () => expect([await record(old), await record(next)]).toMatchObject([{ epoch: "4" }, { epoch: "4" }]));
  const backup = await controlPlane.client.get(kinds.configMaps, setRef);
  await controlPlane.client.delete(kinds.clusters, { name: "1-27" });
  await until(async () => expect((await controlPlane.client.list(kinds.clusters)).items).toHaveLength(2));
  await until(async () => expect(Number(await epochOf(controlPlane))).toBeGreaterThan(4));
  await before.stop();
  const present = await controlPlane.client.get(kinds.configMaps, setRef);
  const epoch = present.data?.["epoch"] ?? "";
  // Each of the members knows it, and the next that leads from the backup goes by the same number.
  for (const { client } of [old, next]) await client.patch(kinds.configMaps, member, { type: "merge", body: { data: { epoch, termUid: present.data?.["termUid"] } } });
  await controlPlane.client.replace(kinds.configMaps, { ...present, data: { ...backup.data, epoch: String(Number(epoch) - 1) } });
  await set.api(controlPlane);
  const heldBack = { status: "False", reason: "EpochOlder", message: expect.stringContaining(`knows epoch ${epoch} of another control plane, this one is at ${epoch}`) as unknown };
  await until(async () => expect([await managed(controlPlane, "1-23"), await managed(controlPlane, "1-25")]).toMatchObject([heldBack, heldBack]));
  await controlPlane.client.patch(kinds.configMaps, setRef, { type: "merge", body: { data: { confirmedEpoch: epoch } } });
  const following = { epoch: String(Number(epoch) + 1) };
  await until(async () => expect([await record(old), await record(next)]).toMatchObject([following, following]));
  await until(async () => expect((await managed(controlPlane, "1-25"))?.reason).toBe("Watching"));
});

it("a record of the set that is restored under its leader is put right when the next cluster joins", async () => {
  const { controlPlane, old, next } = await twoMembers();
  await set.api(controlPlane);
  await until(async () => expect([await record(old), await record(next)]).toMatchObject([{ epoch: "3" }, { epoch: "3" }]));
  await controlPlane.client.patch(kinds.configMaps, setRef, { type: "merge", body: { data: { epoch: "1", termUid: "of-the-backup" } } });
  const third = await set.cluster("1-27");
  await join(controlPlane, "1-27", third.kubeconfig, 1);
  await until(async () => expect((await managed(controlPlane, "1-27"))?.reason).toBe("Watching"));
  await until(async () => expect([await record(old), await record(third), await epochOf(controlPlane)]).toMatchObject([{ epoch: "4" }, { epoch: "4" }, "4"]));
});

it("the cluster of the control plane can be a member itself", async () => {
  const controlPlane = await set.cluster("control-plane");
  const next = await set.cluster("1-25");
  const spec = { region: "default", zone: "default", group: "default", gatewayHost: "127.0.0.1", gatewayPort: 1, isInCluster: true };
  await controlPlane.client.create(kinds.clusters, { apiVersion: "flomesh.io/v1alpha1", kind: "Cluster", metadata: { name: "home" }, spec });
  await join(controlPlane, "1-25", next.kubeconfig, 1);
  await exportHttpbin(controlPlane);
  await exportHttpbin(next);
  await set.api(controlPlane);
  await until(async () => expect([await importsOf(controlPlane), await importsOf(next)]).toEqual([1, 1]));
  await until(async () => expect((await managed(controlPlane, "home"))?.reason).toBe("Watching"));
  expect(await record(controlPlane)).toMatchObject({ clusterKey: "default/default/default/home" });
  // It leaves as any other, and the control plane goes on with its own client.
  await controlPlane.client.delete(kinds.clusters, { name: "home" });
  await until(async () => expect((await controlPlane.client.list(kinds.clusters)).items.map(({ metadata }) => metadata.name)).toEqual(["1-25"]));
  expect([await importsOf(controlPlane), await importsOf(next)]).toEqual([0, 0]);
  await until(async () => expect((await managed(controlPlane, "1-25"))?.reason).toBe("Watching"));
});

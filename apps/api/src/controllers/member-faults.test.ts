import { ApiError } from "@sluice/kubernetes/api-error";
import { kinds } from "@sluice/kubernetes/kinds";
import type { ServerMemory } from "@sluice/sandbox/api-server/start-api-server";
import { afterEach, describe, expect, it, vi } from "vitest";
import { exportHttpbin, join, readyPod, type TestCluster, TestSet } from "../testing/test-clusters.ts";

const set = new TestSet();
afterEach(() => set.end());

const until = <T>(check: () => Promise<T>) => vi.waitFor(check, { timeout: 25_000, interval: 50 });
const httpbin = { namespace: "httpbin", name: "httpbin" };

const missing = (error: unknown): undefined => {
  if (error instanceof ApiError && error.code === 404) return undefined;
  throw error;
};
const importOf = async (cluster: TestCluster) => await cluster.client.get(kinds.serviceImports, httpbin).catch(missing);
const offeredTo = async (cluster: TestCluster) => (await importOf(cluster))?.spec.ports.flatMap((port) => port.endpoints.map((endpoint) => endpoint.clusterKey)) ?? [];
const managed = async (controlPlane: TestCluster, name: string) => {
  const cluster = await controlPlane.client.get(kinds.clusters, { name });
  const found = cluster.status?.conditions?.find((one) => one.type === "Managed");
  return `${found?.status} ${found?.reason}`;
};

async function story(memory: ServerMemory = {}, ofOld: ServerMemory = {}) {
  const controlPlane = await set.cluster("control-plane");
  const old = await set.cluster("1-23", { memory: ofOld });
  const next = await set.cluster("1-25", { memory });
  await exportHttpbin(old);
  await exportHttpbin(next);
  await join(controlPlane, "1-23", old.kubeconfig, 8081);
  await join(controlPlane, "1-25", next.kubeconfig, 8082);
  await set.api(controlPlane);
  await until(async () => expect(await offeredTo(old)).toEqual(["default/default/default/1-25"]));
  await until(async () => expect(await managed(controlPlane, "1-25")).toBe("True Watching"));
  // The identity by which a successor at the same address is told apart.
  await until(async () => expect((await controlPlane.client.get(kinds.clusters, { name: "1-25" })).metadata.annotations?.["sluice.dev/cluster-uid"]).toBeDefined());
  return { controlPlane, old, next };
}

describe("a member's API server", () => {
  it("dies and comes back with its data: nothing was taken away meanwhile, and all heals", async () => {
    const memory: ServerMemory = {};
    const { controlPlane, old, next } = await story(memory);
    const before = (await importOf(old))?.spec;
    const port = Number(new URL(next.server.server).port);
    await next.server.stop();
    await until(async () => expect(await managed(controlPlane, "1-25")).toBe("False Unreachable"));
    await until(async () => expect((await importOf(old))?.metadata.annotations?.["sluice.dev/stale-clusters"]).toBe("default/default/default/1-25"));
    expect((await importOf(old))?.spec).toEqual(before);

    const back = await set.cluster("1-25", { port, memory });
    await until(async () => expect(await managed(controlPlane, "1-25")).toBe("True Watching"));
    await until(async () => expect((await importOf(old))?.metadata.annotations?.["sluice.dev/stale-clusters"]).toBeUndefined());
    expect((await importOf(old))?.spec).toEqual(before);
    expect(await offeredTo(back)).toEqual(["default/default/default/1-23"]);
    // What is deleted there now is evidence again.
    await back.client.delete(kinds.serviceExports, httpbin);
    await until(async () => expect(await importOf(old)).toBeUndefined());
  });

  it("dies and comes back empty: its endpoints stay, marked stale, until an administrator accepts the successor", async () => {
    const { controlPlane, old, next } = await story();
    const port = Number(new URL(next.server.server).port);
    await next.server.stop();
    await until(async () => expect(await managed(controlPlane, "1-25")).toBe("False Unreachable"));
    await until(async () => expect((await importOf(old))?.metadata.annotations?.["sluice.dev/stale-clusters"]).toBe("default/default/default/1-25"));
    expect(await offeredTo(old)).toEqual(["default/default/default/1-25"]);
    expect(await managed(controlPlane, "1-23")).toBe("True Watching");

    await set.cluster("1-25", { port });
    await until(async () => expect(await managed(controlPlane, "1-25")).toBe("False ClusterReplaced"));
    expect(await offeredTo(old)).toEqual(["default/default/default/1-25"]);

    await controlPlane.client.patch(kinds.clusters, { name: "1-25" }, { type: "merge", body: { metadata: { annotations: { "sluice.dev/cluster-uid": null } } } });
    await until(async () => expect(await importOf(old)).toBeUndefined());
    await until(async () => expect(await managed(controlPlane, "1-25")).toBe("True Watching"));
  });
});

describe("leaving", () => {
  it("waits for the policies that send requests there, then takes everything back", async () => {
    const { controlPlane, old, next } = await story();
    const targets = [{ clusterKey: "default/default/default/1-25", weight: 10 }];
    await old.client.create(kinds.globalTrafficPolicies, { apiVersion: "flomesh.io/v1alpha1", kind: "GlobalTrafficPolicy", metadata: httpbin, spec: { lbType: "ActiveActive", targets } });
    await controlPlane.client.delete(kinds.clusters, { name: "1-25" });
    const leaving = async () => (await controlPlane.client.get(kinds.clusters, { name: "1-25" }).catch(missing))?.status?.conditions?.find((one) => one.type === "Leaving");
    await until(async () => expect(await leaving()).toMatchObject({ reason: "StillGivenShare", message: expect.stringContaining("httpbin/httpbin in 1-23") as unknown }));
    expect(await offeredTo(old)).toEqual(["default/default/default/1-25"]);

    await old.client.delete(kinds.globalTrafficPolicies, httpbin);
    await until(async () => expect(await controlPlane.client.get(kinds.clusters, { name: "1-25" }).catch(missing)).toBeUndefined());
    expect(await importOf(old)).toBeUndefined();
    expect(await importOf(next)).toBeUndefined();
    expect(await next.client.get(kinds.configMaps, { namespace: "sluice-system", name: "sluice-member" }).catch(missing)).toBeUndefined();
    expect(await controlPlane.client.get(kinds.secrets, { namespace: "sluice-system", name: "cluster-1-25" }).catch(missing)).toBeUndefined();
  });

  it("waits until its services are Detached, and only then drops the credentials", async () => {
    const { controlPlane, next } = await story();
    const inline = { app: "pipy", "sluice.dev/inline": "true" };
    await next.client.patch(kinds.services, httpbin, { type: "merge", body: { spec: { selector: inline } } });
    await readyPod(next, "sluice-attach");
    await controlPlane.client.delete(kinds.clusters, { name: "1-25" });
    const waiting = { reason: "Detaching", message: expect.stringContaining("httpbin/httpbin") as unknown };
    await until(async () => expect((await controlPlane.client.get(kinds.clusters, { name: "1-25" })).status?.conditions?.find((one) => one.type === "Leaving")).toMatchObject(waiting));
    // The cue for the attachment controller, which this set has none of.
    expect(await next.client.get(kinds.configMaps, { namespace: "sluice-system", name: "sluice-member" }).catch(missing)).toBeUndefined();
    expect(await controlPlane.client.get(kinds.secrets, { namespace: "sluice-system", name: "cluster-1-25" })).toBeDefined();

    await next.client.patch(kinds.services, httpbin, { type: "merge", body: { spec: { selector: { "sluice.dev/inline": null } } } });
    await until(async () => expect(await controlPlane.client.get(kinds.clusters, { name: "1-25" }).catch(missing)).toBeUndefined());
    expect(await controlPlane.client.get(kinds.secrets, { namespace: "sluice-system", name: "cluster-1-25" }).catch(missing)).toBeUndefined();
  });

  it("waits for policies that can't be read, until force says not to; what stays there goes by the command that was told", async () => {
    const memory: ServerMemory = {};
    const { controlPlane, old } = await story({}, memory);
    const port = Number(new URL(old.server.server).port);
    await old.server.stop();
    await until(async () => expect(await managed(controlPlane, "1-23")).toBe("False Unreachable"));
    await controlPlane.client.delete(kinds.clusters, { name: "1-25" });
    await until(async () => expect((await controlPlane.client.get(kinds.clusters, { name: "1-25" })).status?.conditions?.find((one) => one.type === "Leaving")).toMatchObject({ reason: "SourceUnreachable", message: expect.stringContaining("once it can be reached: kubectl delete serviceimport httpbin -n httpbin") as unknown }));
    await controlPlane.client.patch(kinds.clusters, { name: "1-25" }, { type: "merge", body: { metadata: { annotations: { "sluice.dev/force": "true" } } } });
    await until(async () => expect(await controlPlane.client.get(kinds.clusters, { name: "1-25" }).catch(missing)).toBeUndefined());
    const back = await set.cluster("1-23", { port, memory });
    await until(async () => expect(await managed(controlPlane, "1-23")).toBe("True Watching"));
    expect(await offeredTo(back)).toEqual(["default/default/default/1-25"]);
    await back.client.delete(kinds.serviceImports, httpbin);
    // An export that is judged shows that the imports were looked at since.
    await back.client.delete(kinds.services, httpbin);
    await until(async () => expect((await back.client.get(kinds.serviceExports, httpbin)).status?.conditions?.[0]).toMatchObject({ reason: "ServiceMissing" }));
    expect(await importOf(back)).toBeUndefined();
  });

  it("of a member that can't be reached goes on by force", async () => {
    const { controlPlane, old, next } = await story();
    await next.server.stop();
    await until(async () => expect(await managed(controlPlane, "1-25")).toBe("False Unreachable"));
    await controlPlane.client.delete(kinds.clusters, { name: "1-25" });
    await until(async () => {
      const cluster = await controlPlane.client.get(kinds.clusters, { name: "1-25" });
      expect(cluster.status?.conditions?.find((one) => one.type === "Leaving")).toMatchObject({ reason: "MemberUnreachable", message: expect.stringContaining("sluice.dev/force=true") as unknown });
    });
    await controlPlane.client.patch(kinds.clusters, { name: "1-25" }, { type: "merge", body: { metadata: { annotations: { "sluice.dev/force": "true" } } } });
    await until(async () => expect(await controlPlane.client.get(kinds.clusters, { name: "1-25" }).catch(missing)).toBeUndefined());
    expect(await importOf(old)).toBeUndefined();
  });
});

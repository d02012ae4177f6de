import { readdir, readFile } from "node:fs/promises";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { capturedAfterMs } from "@sluice/shared/attachment/captured";
import type { KubernetesClient } from "@sluice/kubernetes/client";
import { createClient } from "@sluice/kubernetes/create-client";
import { kinds } from "@sluice/kubernetes/kinds";
import type { KubernetesObject } from "@sluice/kubernetes/resource";
import { startCluster, type SandboxCluster } from "@sluice/sandbox/sandbox-cluster";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { parseAllDocuments } from "yaml";
import { settleMs } from "../dataplane/routing/ramp-up.ts";
import { memoryAnnotation } from "./attachment-memory.ts";

const root = path.join(import.meta.dirname, "../../../..");
const ownKey = "default/default/default/1-23";
const otherKey = "default/default/default/1-25";
const ref = { namespace: "shop", name: "web" };
const patiently = { timeout: 30_000, interval: 50 };

let cluster: SandboxCluster;
let client: KubernetesClient;
let gateway: http.Server;
let url: string;

async function applyFolder(folder: string, files: readonly string[]): Promise<void> {
  for (const file of files) {
    for (const document of parseAllDocuments(await readFile(path.join(root, folder, file), "utf8"))) {
      const object = document.toJS() as KubernetesObject;
      const [group = "", version = ""] = object.apiVersion.includes("/") ? object.apiVersion.split("/") : ["", object.apiVersion];
      await client.create({ group, version, plural: `${object.kind.toLowerCase()}s`, kind: object.kind, namespaced: object.metadata.namespace !== undefined }, object);
    }
  }
}

/** The other cluster: a gateway that answers for one export. */
async function startGateway(): Promise<number> {
  gateway = http.createServer((request, response) => {
    if (request.url === "/.well-known/sluice/exports") {
      response.end(JSON.stringify({ clusterKey: otherKey, exports: [{ service: "shop/web", port: 8080, path: "/other/web", ready: 1 }] }));
    } else response.end("other");
  });
  await new Promise<void>((resolve) => gateway.listen(0, "127.0.0.1", resolve));
  return (gateway.address() as AddressInfo).port;
}

/** One request: "own" or "other"; anything but a whole 200 rejects. */
function request(agent: http.Agent | false, to = url): Promise<"own" | "other"> {
  return new Promise((resolve, reject) => {
    http
      .get(to, { agent }, (response) => {
        let text = "";
        response.on("data", (part: Buffer) => (text += part.toString()));
        response.on("error", reject);
        response.on("end", () => (response.statusCode === 200 ? resolve(text === "other" ? "other" : "own") : reject(new Error(`status ${response.statusCode}: ${text}`))));
      })
      .on("error", reject);
  });
}

/** Callers that never pause: some with a connection for each request, some that keep theirs. */
function startLoad() {
  const failures: string[] = [];
  const kept = { own: 0, other: 0 };
  let running = true;
  let done = 0;
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const call = async (which: http.Agent | false) => {
    while (running) {
      const answer = await request(which).catch((error: unknown) => void failures.push(`${which === false ? "new" : "kept"} connection: ${String(error)}`));
      if (which !== false && answer !== undefined) kept[answer]++;
      done++;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  const callers = [call(false), call(false), call(agent)];
  return {
    failures,
    kept,
    requests: () => done,
    stop: async () => {
      running = false;
      await Promise.all(callers);
      agent.destroy();
    },
  };
}

async function servesItself(): Promise<void> {
  await vi.waitFor(async () => expect(await request(false)).toBe("own"), patiently);
  const areReady = async () => (await client.list(kinds.deployments)).items.every((one) => one.status?.readyReplicas === one.spec.replicas);
  await vi.waitFor(async () => expect(await areReady()).toBe(true), patiently);
}

beforeAll(async () => {
  const command = [process.execPath, path.join(root, "packages/proxy/src/main.ts")];
  cluster = await startCluster({ name: "1-23", programs: { "sluice/proxy": { command } } });
  client = createClient({ kubeconfig: cluster.kubeconfig });
  await applyFolder("deploy/crds", await readdir(path.join(root, "deploy/crds")));
  const member = (await readdir(path.join(root, "deploy/member"))).filter((file) => file.endsWith(".yaml") && !file.includes("gateway"));
  await applyFolder("deploy/member", member.toSorted((a, b) => a.localeCompare(b)));
  await client.create(kinds.configMaps, { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: "sluice-system", name: "sluice-member" }, data: { clusterKey: ownKey } });
  await client.create(kinds.namespaces, { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
  const labels = { app: "web" };
  await client.create(kinds.deployments, {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { ...ref },
    spec: { replicas: 2, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [{ name: "web", image: "sluice/echo", args: ["--port", "8080"], readinessProbe: { httpGet: { path: "/", port: 8080 }, periodSeconds: 1 } } as never] } } },
  });
  const service = await client.create(kinds.services, { apiVersion: "v1", kind: "Service", metadata: { ...ref }, spec: { selector: labels, ports: [{ port: 8080 }] } });
  url = `http://${service.spec.clusterIP}:8080/`;
  const port = await startGateway();
  await client.create(kinds.serviceImports, {
    apiVersion: "flomesh.io/v1alpha1",
    kind: "ServiceImport",
    metadata: { ...ref },
    spec: { type: "ClusterSetIP", serviceAccountName: "*", ports: [{ port: 8080, protocol: "TCP", endpoints: [{ clusterKey: otherKey, target: { host: "127.0.0.1", ip: "127.0.0.1", port, path: "/other/web" } }] }] },
  });
  await servesItself();
}, 60_000);

afterAll(async () => {
  await client.close();
  await cluster.stop();
  gateway.close();
});

async function setPolicy(lbType: "Locality" | "ActiveActive" | "FailOver", targets: { clusterKey: string; weight?: number }[], reason: string): Promise<void> {
  const spec = { lbType, targets };
  await client
    .patch(kinds.globalTrafficPolicies, ref, { type: "merge", body: { spec } })
    .catch(() => client.create(kinds.globalTrafficPolicies, { apiVersion: "flomesh.io/v1alpha1", kind: "GlobalTrafficPolicy", metadata: { ...ref }, spec }));
  await vi.waitFor(async () => {
    const { metadata, status } = await client.get(kinds.globalTrafficPolicies, ref);
    expect(status?.observedGeneration).toBe(metadata.generation);
    expect(status?.conditions?.find((one) => one.type === "Enforced")).toMatchObject({ status: "True", reason });
  }, patiently);
}

/** Replaces every pod and waits until the old ones are gone: a pod that ends loses what comes to it directly. */
async function rollPods(): Promise<void> {
  const old = new Set((await client.list(kinds.pods, { namespace: "shop" })).items.map((pod) => pod.metadata.uid));
  await client.patch(kinds.deployments, ref, { type: "merge", body: { spec: { template: { metadata: { annotations: { rolled: new Date().toISOString() } } } } } });
  await vi.waitFor(async () => {
    expect((await client.list(kinds.pods, { namespace: "shop" })).items.filter((pod) => old.has(pod.metadata.uid))).toEqual([]);
    expect((await client.get(kinds.deployments, ref)).status).toMatchObject({ readyReplicas: 2, replicas: 2 });
  }, patiently);
}

test("no request is lost on the way in, at a fail-over, and on the way out; the split is exact from the next request on", async () => {
  const load = startLoad();
  await setPolicy("ActiveActive", [{ clusterKey: otherKey, weight: 300 }], "Inline");
  await load.stop();
  expect(load.failures).toEqual([]);
  expect(load.kept.other).toBe(0);

  // Every new connection passes the one proxy now: counted from any request on, each share is exact to one.
  let other = 0;
  for (let count = 0; count < 200; count++) if ((await request(false)) === "other") other++;
  expect(Math.abs(other - 150)).toBeLessThanOrEqual(1);

  const second = startLoad();
  await rollPods();
  expect(second.failures).toEqual([]);
  await setPolicy("FailOver", [], "Standby");
  expect(second.failures).toEqual([]);
  await setPolicy("Locality", [], "Detached");
  await second.stop();
  expect(second.failures).toEqual([]);
  expect(second.requests()).toBeGreaterThan(100);
  expect((await client.list(kinds.endpointSlices, { namespace: "shop", labelSelector: "endpointslice.kubernetes.io/managed-by=sluice.dev" })).items).toEqual([]);
}, 120_000);

test("FailOver: without a ready pod everything goes to the other cluster, and back", async () => {
  await setPolicy("FailOver", [], "Standby");
  expect(await request(false)).toBe("own");
  await client.patch(kinds.deployments, ref, { type: "merge", body: { spec: { replicas: 0 } } }, { subresource: "scale" });
  await vi.waitFor(async () => expect(await request(false)).toBe("other"), patiently);
  for (let count = 0; count < 20; count++) expect(await request(false)).toBe("other");
  await client.patch(kinds.deployments, ref, { type: "merge", body: { spec: { replicas: 1 } } }, { subresource: "scale" });
  await vi.waitFor(async () => expect(await request(false)).toBe("own"), patiently);
}, 120_000);

test("a service that only others have: refused by Locality, carried by FailOver, local again once it is deployed", async () => {
  const only = { namespace: "shop", name: "only" };
  const { spec } = await client.get(kinds.serviceImports, ref);
  await client.create(kinds.serviceImports, { apiVersion: "flomesh.io/v1alpha1", kind: "ServiceImport", metadata: { ...only }, spec });
  const service = await vi.waitFor(() => client.get(kinds.services, only), patiently);
  const to = `http://${service.spec.clusterIP}:8080/`;
  await expect(request(false, to)).rejects.toThrow(/ECONNREFUSED|ECONNRESET|503|hang up/);
  await client.create(kinds.globalTrafficPolicies, { apiVersion: "flomesh.io/v1alpha1", kind: "GlobalTrafficPolicy", metadata: { ...only }, spec: { lbType: "FailOver", targets: [] } });
  await vi.waitFor(async () => expect(await request(false, to)).toBe("other"), patiently);
  await client.patch(kinds.services, only, { type: "merge", body: { spec: { selector: { app: "web" } } } });
  await vi.waitFor(async () => expect([await request(false, to), await request(false, to), await request(false, to)]).toEqual(["own", "own", "own"]), patiently);
  for (const kind of [kinds.globalTrafficPolicies, kinds.serviceImports, kinds.services]) await client.delete(kind, only);
}, 120_000);

const captured = async () => (await client.get(kinds.globalTrafficPolicies, ref)).status?.conditions?.find((one) => one.type === "Captured");

async function scaleController(replicas: number): Promise<void> {
  await client.patch(kinds.deployments, { namespace: "sluice-system", name: "sluice-attach" }, { type: "merge", body: { spec: { replicas } } }, { subresource: "scale" });
  const selector = { namespace: "sluice-system", labelSelector: "app.kubernetes.io/name=sluice-attach" };
  await vi.waitFor(async () => expect((await client.list(kinds.pods, selector)).items).toHaveLength(replicas), patiently);
}

/**
 * The 60 s of the takeover are over at once: what the controller remembers on the shadow is moved into the past while
 * it does not run, so that it also has to go on from there after its restart.
 */
async function letTakeoverBeLongAgo(): Promise<void> {
  await scaleController(0);
  const [shadow] = (await client.list(kinds.services, { namespace: "shop", labelSelector: "sluice.dev/shadow-of=web" })).items;
  const memory = JSON.parse(shadow?.metadata.annotations?.[memoryAnnotation] ?? "") as { inlineSinceMs: number };
  const text = JSON.stringify({ ...memory, inlineSinceMs: memory.inlineSinceMs - 2 * capturedAfterMs });
  await client.patch(kinds.services, { namespace: "shop", name: shadow?.metadata.name ?? "" }, { type: "merge", body: { metadata: { annotations: { [memoryAnnotation]: text } } } });
  await scaleController(1);
}

test("Captured becomes True once the pods are rolled after the takeover, and not while another Service leads to them", async () => {
  await client.patch(kinds.deployments, ref, { type: "merge", body: { spec: { replicas: 2 } } }, { subresource: "scale" });
  await servesItself();
  await setPolicy("ActiveActive", [{ clusterKey: otherKey, weight: 300 }], "Inline");
  await vi.waitFor(async () => expect(await captured()).toMatchObject({ status: "False", reason: "OlderPods", message: expect.stringMatching(/^2 of 2 pods are older/) as string }), patiently);
  await letTakeoverBeLongAgo();
  const load = startLoad();
  await rollPods();
  await vi.waitFor(async () => expect(await captured()).toMatchObject({ status: "True", reason: "Captured" }), patiently);
  await load.stop();
  expect(load.failures).toEqual([]);
  expect((await client.get(kinds.services, ref)).spec.selector).toHaveProperty(["sluice.dev/inline"]);

  const direct = { namespace: "shop", name: "direct" };
  await client.create(kinds.services, { apiVersion: "v1", kind: "Service", metadata: { ...direct }, spec: { selector: { app: "web" }, ports: [{ port: 8080 }] } });
  await vi.waitFor(async () => expect(await captured()).toMatchObject({ status: "False", reason: "Bypassed", message: expect.stringContaining("shop/direct") as string }), patiently);
  await client.delete(kinds.services, direct);
  await vi.waitFor(async () => expect(await captured()).toMatchObject({ status: "True" }), patiently);
}, 120_000);

test("ActiveActive: a local group that returns rises to its share by steps, and one Event says so", async () => {
  await setPolicy("ActiveActive", [{ clusterKey: otherKey, weight: 100 }], "Inline");
  const enforcedAtMs = Date.now();
  const message = `${ownKey} had no ready endpoint and serves now; it rises to its share by steps.`;
  const told = async () => (await client.list(kinds.events, { namespace: "shop" })).items.reduce((sum, event) => sum + (event.reason === "TargetRampingUp" && event.message === message && event.involvedObject.kind === "GlobalTrafficPolicy" ? (event.count ?? 1) : 0), 0);
  const before = await told();
  await client.patch(kinds.deployments, ref, { type: "merge", body: { spec: { replicas: 0 } } }, { subresource: "scale" });
  const ten = async () => (await Promise.all(Array.from({ length: 10 }, () => request(false)))).filter((answer) => answer === "own").length;
  await vi.waitFor(async () => expect(await ten()).toBe(0), patiently);
  // What happens right after a change of the policy belongs to it.
  await vi.waitFor(() => expect(Date.now() - enforcedAtMs).toBeGreaterThan(settleMs), patiently);
  await client.patch(kinds.deployments, ref, { type: "merge", body: { spec: { replicas: 1 } } }, { subresource: "scale" });
  await vi.waitFor(async () => expect(await told()).toBe(before + 1), patiently);
  const status = (await client.get(kinds.globalTrafficPolicies, ref)).status;
  expect(status?.conditions?.find((one) => one.type === "Enforced")).toMatchObject({ status: "True" });
}, 120_000);

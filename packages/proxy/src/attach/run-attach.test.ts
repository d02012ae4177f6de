import { readdir, readFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createClient } from "@sluice/kubernetes/create-client";
import type { KubernetesClient } from "@sluice/kubernetes/client";
import { kinds, type Pod, type Service } from "@sluice/kubernetes/kinds";
import type { KubernetesObject, ResourceType } from "@sluice/kubernetes/resource";
import { startInformer } from "@sluice/kubernetes/start-informer";
import { startReconcileLoop } from "@sluice/kubernetes/reconcile-loop";
import { startApiServer, type RunningApiServer } from "@sluice/sandbox/api-server/start-api-server";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { runProxy, type RunningProxy } from "../run-proxy.ts";
import { selects } from "./observed-objects.ts";
import { runAttach, type RunningAttach } from "./run-attach.ts";

const proxyAddress = "127.253.200.9";
const ownKey = "default/default/default/1-23";
const otherKey = "default/default/default/1-25";
const ref = { namespace: "shop", name: "web" };
const logger = pino({ level: process.env["LOG_LEVEL"] ?? "silent" });
const patiently = { timeout: 20_000, interval: 50 };

let server: RunningApiServer;
let client: KubernetesClient;
let proxy: RunningProxy;
let attach: RunningAttach;
let folder: string;
const endings: (() => Promise<unknown>)[] = [];

const pod = (namespace: string, name: string, labels: Record<string, string>, podIP: string): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { namespace, name, labels },
  spec: { containers: [{ name: "c", image: "x" }] },
  status: { phase: "Running", podIP, podIPs: [{ ip: podIP }], conditions: [{ type: "Ready", status: "True" }] },
});

/** The sandbox has no Ingress of its own. */
const ingresses: ResourceType = { group: "networking.k8s.io", version: "v1", plural: "ingresses", kind: "Ingress", namespaced: true };
const openSchema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
const ingressDefinition = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "ingresses.networking.k8s.io", annotations: { "api-approved.kubernetes.io": "unapproved, for a test" } },
  spec: { group: ingresses.group, scope: "Namespaced", names: { plural: "ingresses", kind: "Ingress" }, versions: [{ name: "v1", served: true, storage: true, schema: openSchema }] },
};

async function createPod(object: Pod): Promise<void> {
  await client.create(kinds.pods, object);
  await client.patch(kinds.pods, object.metadata, { type: "merge", body: { status: object.status } }, { subresource: "status" });
}

/** As much of the EndpointSlice controller as matters here: ready pods of each selector, in one slice. */
async function startSliceController(): Promise<void> {
  const loop = startReconcileLoop({
    reconcile: async (key) => {
      const service = services.get(key);
      const { selector, ports } = service?.spec ?? {};
      if (service === undefined || selector === undefined) return;
      const chosen = pods.list().filter((one) => one.metadata.namespace === service.metadata.namespace && selects(selector, one.metadata.labels));
      const metadata = {
        namespace: service.metadata.namespace ?? "",
        name: `${service.metadata.name}-auto`,
        labels: { "kubernetes.io/service-name": service.metadata.name, "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io" },
      };
      const slice = {
        apiVersion: "discovery.k8s.io/v1",
        kind: "EndpointSlice",
        metadata,
        addressType: "IPv4" as const,
        endpoints: chosen.map((one) => ({ addresses: [one.status?.podIP ?? ""], conditions: { ready: true, serving: true, terminating: false }, targetRef: { kind: "Pod", name: one.metadata.name } })),
        ports: (ports ?? []).map((port) => ({ name: port.name ?? "", port: Number(port.targetPort ?? port.port), protocol: "TCP" })),
      };
      const known = await client.get(kinds.endpointSlices, metadata).catch(() => undefined);
      if (known === undefined) await client.create(kinds.endpointSlices, slice);
      else await client.replace(kinds.endpointSlices, { ...slice, metadata: { ...known.metadata, ...metadata } });
    },
  });
  const all = () => services.list().forEach((service) => loop.add(`${service.metadata.namespace}/${service.metadata.name}`));
  const services = startInformer<Service>(client, kinds.services, { onChange: (key) => loop.add(key) });
  const pods = startInformer<Pod>(client, kinds.pods, { onChange: all });
  await Promise.all([services.synced(), pods.synced()]);
  all();
  endings.push(async () => {
    await Promise.all([services.stop(), pods.stop()]);
    await loop.stop();
  });
}

/** Creates what a file of deploy/member holds, so that the programs run with no more rights than these give. */
async function applyManifest(file: string): Promise<void> {
  for (const document of parseAllDocuments(await readFile(path.join(import.meta.dirname, "../../../../deploy/member", file), "utf8"))) {
    const object = document.toJS() as KubernetesObject;
    const [group = "", version = ""] = object.apiVersion.includes("/") ? object.apiVersion.split("/") : ["", object.apiVersion];
    const namespaced = object.metadata.namespace !== undefined;
    await client.create({ group, version, plural: `${object.kind.toLowerCase()}s`, kind: object.kind, namespaced }, object);
  }
}

function startController(): Promise<RunningAttach> {
  const kubeconfig = server.kubeconfigFor(server.tokenFor({ namespace: "sluice-system", name: "sluice-attach" }));
  const options = { program: "attach", address: proxyAddress, namespace: "sluice-system", pod: "attach-1", adminPort: 0, detachAll: false } as const;
  return runAttach(options, logger, createClient({ kubeconfig, fieldManager: "sluice-attach" }));
}

beforeAll(async () => {
  server = await startApiServer({ name: "1-23", serviceCidr: "127.253.0.0/17" });
  client = createClient({ kubeconfig: server.kubeconfig });
  folder = await mkdtemp(path.join(tmpdir(), "sluice-attach-"));
  vi.stubEnv("KUBECONFIG", path.join(folder, "kubeconfig"));
  const crds = path.join(import.meta.dirname, "../../../../deploy/crds");
  for (const file of await readdir(crds)) await client.create(kinds.customResourceDefinitions, parse(await readFile(path.join(crds, file), "utf8")));
  await client.create(kinds.customResourceDefinitions, ingressDefinition);
  await client.create(kinds.namespaces, { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
  for (const file of ["00-namespace.yaml", "10-proxy-account.yaml", "11-attach-account.yaml"]) await applyManifest(file);
  const account = (name: string) => server.kubeconfigFor(server.tokenFor({ namespace: "sluice-system", name }));
  await client.create(kinds.configMaps, { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: "sluice-system", name: "sluice-member" }, data: { clusterKey: ownKey } });
  await client.create(kinds.nodes, { apiVersion: "v1", kind: "Node", metadata: { name: "node-1", labels: { "topology.kubernetes.io/zone": "zone-a" } } });
  const proxyPod = pod("sluice-system", "proxy-1", { "app.kubernetes.io/name": "sluice-proxy" }, proxyAddress);
  await createPod({ ...proxyPod, spec: { ...proxyPod.spec, nodeName: "node-1" } });
  await createPod(pod("shop", "web-1", { app: "web" }, "127.253.200.1"));
  await client.create(kinds.services, { apiVersion: "v1", kind: "Service", metadata: { ...ref }, spec: { selector: { app: "web" }, ports: [{ port: 8080 }] } });
  await client.create(kinds.serviceImports, {
    apiVersion: "flomesh.io/v1alpha1",
    kind: "ServiceImport",
    metadata: { ...ref },
    spec: { type: "ClusterSetIP", serviceAccountName: "*", ports: [{ port: 8080, protocol: "TCP", endpoints: [{ clusterKey: otherKey, target: { host: "127.253.200.2", ip: "127.253.200.2", port: 80, path: "/x" } }] }] },
  });
  await startSliceController();
  await writeFile(path.join(folder, "kubeconfig"), account("sluice-proxy"));
  const shared = { address: proxyAddress, namespace: "sluice-system", pod: "proxy-1" };
  proxy = await runProxy({ program: "proxy", ...shared, gatewayPort: 9080, adminPort: 9081, configFolder: undefined, dataFolder: undefined, rampUpSeconds: 30 }, logger);
  attach = await startController();
});

afterAll(async () => {
  await attach.stop();
  for (const end of endings) await end();
  await proxy.drain();
  await client.close();
  await server.stop();
  await rm(folder, { recursive: true });
  vi.unstubAllEnvs();
});

const statusOf = async () => (await client.get(kinds.globalTrafficPolicies, ref)).status;
const condition = async (type: string) => (await statusOf())?.conditions?.find((one) => one.type === type);
const ours = async () => (await client.list(kinds.endpointSlices, { namespace: "shop", labelSelector: "endpointslice.kubernetes.io/managed-by=sluice.dev" })).items;
const selector = async () => (await client.get(kinds.services, ref)).spec.selector;

async function setPolicy(lbType: "Locality" | "ActiveActive" | "FailOver", targets: { clusterKey: string; weight?: number }[] = []): Promise<void> {
  const body = { spec: { lbType, targets } };
  await client
    .patch(kinds.globalTrafficPolicies, ref, { type: "merge", body })
    .catch(() => client.create(kinds.globalTrafficPolicies, { apiVersion: "flomesh.io/v1alpha1", kind: "GlobalTrafficPolicy", metadata: { ...ref }, ...body }));
}

test("ActiveActive brings the proxies into the path, and Locality out of it without a trace", async () => {
  await setPolicy("ActiveActive", [{ clusterKey: otherKey, weight: 10 }]);
  await vi.waitFor(async () => expect(await condition("Enforced")).toMatchObject({ status: "True", reason: "Inline" }), patiently);
  expect(await statusOf()).toMatchObject({ attachment: "Inline", acknowledged: { ready: 1, total: 1 }, observedGeneration: 1, split: [{ clusterKey: ownKey, weight: 100 }, { clusterKey: otherKey, weight: 10 }] });
  expect(await selector()).toEqual({ app: "web", "sluice.dev/inline": "true" });
  expect(new Set((await ours()).flatMap((slice) => slice.endpoints.map((endpoint) => [endpoint.addresses[0], endpoint.conditions?.ready, slice.ports?.[0]?.port])))).toEqual(new Set([["127.253.200.1", false, 8080], [proxyAddress, true, 10_000]]));
  expect((await ours()).flatMap((slice) => slice.endpoints.map(({ nodeName, zone }) => [nodeName, zone]))).toEqual(expect.arrayContaining([[undefined, undefined], ["node-1", "zone-a"]]));
  expect(await condition("Captured")).toMatchObject({ status: "False", reason: "OlderPods" });

  await setPolicy("Locality");
  await vi.waitFor(async () => expect(await condition("Enforced")).toMatchObject({ status: "True", reason: "Detached" }), patiently);
  await vi.waitFor(async () => expect([await ours(), (await client.list(kinds.services, { namespace: "shop" })).items.map((one) => one.metadata.name)]).toEqual([[], ["web"]]), patiently);
  expect(await selector()).toEqual({ app: "web" });
  expect((await client.get(kinds.configMaps, { namespace: "sluice-system", name: "sluice-ports" })).data?.["ports.json"]).toContain("quarantined");
});

test("an Ingress keeps the proxies out until it is acknowledged; in the path already, it is only said", async () => {
  const front = { namespace: "shop", name: "front" };
  await client.create(ingresses, { apiVersion: "networking.k8s.io/v1", kind: "Ingress", metadata: { ...front }, spec: { defaultBackend: { service: { name: "web", port: { number: 8080 } } } } } as KubernetesObject);
  await vi.waitFor(async () => expect(await condition("Preflight")).toMatchObject({ status: "False", reason: "Ingress" }), patiently);
  expect(await condition("Enforced")).toMatchObject({ status: "True", reason: "Detached" });
  await setPolicy("ActiveActive", [{ clusterKey: otherKey, weight: 10 }]);
  await vi.waitFor(async () => expect(await condition("Enforced")).toMatchObject({ status: "False", reason: "Ingress", message: expect.stringContaining("Ingress shop/front") as string }), patiently);
  expect(await ours()).toEqual([]);

  const annotate = (value: string | null) => client.patch(kinds.services, ref, { type: "merge", body: { metadata: { annotations: { "sluice.dev/acknowledge": value } } } });
  await annotate("Ingress");
  await vi.waitFor(async () => expect(await condition("Enforced")).toMatchObject({ status: "True", reason: "Inline" }), patiently);
  expect(await condition("Preflight")).toMatchObject({ status: "True", reason: "Acknowledged" });
  await annotate(null);
  await vi.waitFor(async () => expect(await condition("Preflight")).toMatchObject({ status: "False", reason: "Ingress" }), patiently);
  expect(await condition("Enforced")).toMatchObject({ status: "True", reason: "Inline" });
  expect(await selector()).toHaveProperty(["sluice.dev/inline"]);

  await client.delete(ingresses, front);
  await vi.waitFor(async () => expect(await condition("Preflight")).toMatchObject({ status: "True", reason: "Passed" }), patiently);
  await setPolicy("Locality");
  await vi.waitFor(async () => expect(await condition("Enforced")).toMatchObject({ status: "True", reason: "Detached" }), patiently);
}, 60_000);

test("whoever resets the selector twice keeps it, also when the controller starts anew, until the policy is asked for anew", async () => {
  const writer = createClient({ kubeconfig: server.kubeconfig, fieldManager: "nightly-deploy" });
  let resets = 0;
  let contesting = true;
  // As a pipeline that replaces the whole Service: at once, whenever the key is there.
  const watcher = startInformer<Service>(writer, kinds.services, {
    namespace: "shop",
    onChange: (key) => {
      if (!contesting || key !== "shop/web" || watcher.get(key)?.spec.selector?.["sluice.dev/inline"] === undefined) return;
      resets++;
      void writer.patch(kinds.services, ref, { type: "merge", body: { spec: { selector: { "sluice.dev/inline": null } } } });
    },
  });
  await watcher.synced();
  await setPolicy("ActiveActive", [{ clusterKey: otherKey, weight: 10 }]);
  await vi.waitFor(async () => expect(await condition("Enforced")).toMatchObject({ status: "False", reason: "SelectorContested", message: expect.stringMatching(/^nightly-deploy reset the selector 2 times, last at \d{4}-/) as string }), patiently);
  await vi.waitFor(async () => expect(await ours()).toEqual([]), patiently);
  const { message } = (await condition("Enforced")) ?? {};
  expect([resets, await selector()]).toEqual([2, { app: "web" }]);

  await attach.stop();
  attach = await startController();
  const policy = await client.get(kinds.globalTrafficPolicies, ref);
  await setPolicy("ActiveActive", [{ clusterKey: otherKey, weight: 20 }]);
  await vi.waitFor(async () => expect((await statusOf())?.observedGeneration).toBe((policy.metadata.generation ?? 0) + 1), patiently);
  expect(await condition("Enforced")).toMatchObject({ reason: "SelectorContested", message });
  expect([resets, await ours()]).toEqual([2, []]);

  contesting = false;
  await setPolicy("Locality");
  await vi.waitFor(async () => expect(await condition("Enforced")).toMatchObject({ status: "True", reason: "Detached" }), patiently);
  await setPolicy("ActiveActive", [{ clusterKey: otherKey, weight: 10 }]);
  await vi.waitFor(async () => expect(await condition("Enforced")).toMatchObject({ status: "True", reason: "Inline" }), patiently);
  await setPolicy("Locality");
  await vi.waitFor(async () => expect(await condition("Enforced")).toMatchObject({ status: "True", reason: "Detached" }), patiently);
  await watcher.stop();
  await writer.close();
}, 90_000);

test("FailOver lets the proxies stand by", async () => {
  await setPolicy("FailOver");
  await vi.waitFor(async () => expect(await statusOf()).toMatchObject({ attachment: "Standby", acknowledged: { ready: 1, total: 1 } }), patiently);
  expect((await ours()).flatMap((slice) => slice.endpoints.map((endpoint) => endpoint.conditions))).toEqual([{ ready: false, serving: true, terminating: true }]);
  expect(await selector()).toEqual({ app: "web" });
});

test("a service that only others have gets a Service, which is released to whoever takes it", async () => {
  const only = { namespace: "shop", name: "only" };
  const { spec } = await client.get(kinds.serviceImports, ref);
  await client.create(kinds.serviceImports, { apiVersion: "flomesh.io/v1alpha1", kind: "ServiceImport", metadata: { ...only }, spec });
  const made = await vi.waitFor(() => client.get(kinds.services, only), patiently);
  expect(made).toMatchObject({ metadata: { labels: { "app.kubernetes.io/managed-by": "sluice" } }, spec: { ports: [{ port: 8080 }] } });
  await client.patch(kinds.services, only, { type: "merge", body: { spec: { selector: { app: "only" } } } });
  await vi.waitFor(async () => expect((await client.get(kinds.services, only)).metadata.labels?.["app.kubernetes.io/managed-by"]).toBeUndefined(), patiently);
  await client.delete(kinds.serviceImports, only);
  await client.delete(kinds.services, only);
});

test("detach-all leaves nothing behind, and its request goes with the Deployment that carried it out and the last of its pods", async () => {
  const { metadata } = await client.create(kinds.deployments, {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { namespace: "sluice-system", name: "sluice-attach" },
    spec: { replicas: 0, selector: { matchLabels: { app: "attach" } }, template: { metadata: { labels: { app: "attach" } }, spec: { containers: [{ name: "attach", image: "x" }] } } },
  });
  await createPod(pod("sluice-system", "attach-1", { "app.kubernetes.io/name": "sluice-attach" }, "127.253.200.9"));
  const last = await client.get(kinds.pods, { namespace: "sluice-system", name: "attach-1" });
  const hook = await runAttach({ program: "attach", address: "127.0.0.1", namespace: "sluice-system", pod: "hook", adminPort: 0, detachAll: true }, logger, createClient({ kubeconfig: server.kubeconfigFor(server.tokenFor({ namespace: "sluice-system", name: "sluice-attach" })), fieldManager: "sluice-attach" }));
  const request = await client.get(kinds.configMaps, { namespace: "sluice-system", name: "sluice-detach-all" });
  expect(request.metadata.ownerReferences).toEqual([
    { apiVersion: "apps/v1", kind: "Deployment", name: "sluice-attach", uid: metadata.uid },
    { apiVersion: "v1", kind: "Pod", name: "attach-1", uid: last.metadata.uid },
  ]);
  await hook.detached;
  await hook.stop();
  expect(await ours()).toEqual([]);
  expect((await client.list(kinds.services, { namespace: "shop" })).items.map((one) => one.metadata.name)).toEqual(["web"]);
  await vi.waitFor(async () => expect(await condition("Enforced")).toMatchObject({ status: "False", reason: "DetachAll" }), patiently);
});

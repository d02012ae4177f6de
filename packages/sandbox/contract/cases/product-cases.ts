import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { eventually, expectCode, expectFailure, type ApiCase } from "../api-case.ts";
import type { ApiConnection, Json } from "../api-connection.ts";

const CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

/** Installs one of the product's CRDs if it is not there, and answers the path of its objects in the namespace. */
async function installed(api: ApiConnection, plural: string, namespace: string): Promise<string> {
  const crd = parse(readFileSync(new URL(`../../../../deploy/crds/flomesh.io_${plural}.yaml`, import.meta.url), "utf8")) as { metadata: { name: string } };
  const made = await api.create(CRDS, crd);
  assert.ok(made.code === 201 || made.code === 409, JSON.stringify(made.body));
  const base = `/apis/flomesh.io/v1alpha1/namespaces/${namespace}/${plural}`;
  await eventually(() => api.get(base), (answer) => answer.code === 200);
  return base;
}

const spec = { lbType: "ActiveActive", targets: [{ clusterKey: "default/default/default/1-25", weight: 10 }] };
const policy = { apiVersion: "flomesh.io/v1alpha1", kind: "GlobalTrafficPolicy", metadata: { name: "httpbin" }, spec };
const revision = (name: string, data: unknown): Record<string, unknown> => ({ apiVersion: "apps/v1", kind: "ControllerRevision", metadata: { name, labels: { policy: "httpbin" } }, revision: 1, data });
const lease = (holderIdentity: string, renewTime: string): unknown => ({
  apiVersion: "coordination.k8s.io/v1",
  kind: "Lease",
  metadata: { name: "leader" },
  spec: { holderIdentity, leaseDurationSeconds: 15, acquireTime: renewTime, renewTime, leaseTransitions: 0 },
});
const metadataOf = (body: Json): { uid: string; resourceVersion: string; generation: number } => body["metadata"]! as unknown as { uid: string; resourceVersion: string; generation: number };

/** What the product writes, in the very way in which it writes it. */
export const productCases: readonly ApiCase[] = [
  {
    name: "a policy is patched only while its uid and spec are those that were looked at",
    async run({ api, namespace }) {
      const base = await installed(api, "globaltrafficpolicies", namespace);
      const made = expectCode(await api.create(base, policy), 201).body;
      const { uid } = metadataOf(made);
      const change = (tests: unknown[], weight: number): Promise<Awaited<ReturnType<typeof api.patch>>> =>
        api.patch(`${base}/httpbin`, "json", [...tests, { op: "replace", path: "/spec", value: { ...spec, targets: [{ clusterKey: "default/default/default/1-25", weight }] } }]);
      const sameSpec = { op: "test", path: "/spec", value: made["spec"] };
      const done = expectCode(await change([{ op: "test", path: "/metadata/uid", value: uid }, sameSpec], 900), 200).body;
      assert.equal(metadataOf(done).generation, 2);
      expectFailure(await change([{ op: "test", path: "/metadata/uid", value: "00000000-0000-0000-0000-000000000000" }], 1), 422, "Invalid");
      expectFailure(await change([{ op: "test", path: "/metadata/uid", value: uid }, sameSpec], 1), 422, "Invalid");
      assert.equal((await api.get(`${base}/httpbin`)).body["spec"]!["targets"]![0]!["weight"], 900);
    },
  },
  {
    name: "a policy's first status is added by JSON patch, and moves no generation",
    async run({ api, namespace }) {
      const base = await installed(api, "globaltrafficpolicies", namespace);
      const { uid } = metadataOf(expectCode(await api.create(base, policy), 201).body);
      const condition = { type: "Accepted", status: "True", reason: "Accepted", message: "", lastTransitionTime: "2026-01-01T00:00:00Z", observedGeneration: 1 };
      const write = (status: unknown): ReturnType<typeof api.patch> => api.patch(`${base}/httpbin/status`, "json", [{ op: "test", path: "/metadata/uid", value: uid }, { op: "add", path: "/status", value: status }]);
      const done = expectCode(await write({ observedGeneration: 1, conditions: [condition] }), 200).body;
      assert.deepEqual(done["status"]!["conditions"], [condition]);
      assert.equal(metadataOf(done).generation, 1);
      expectFailure(await write({ conditions: [{ ...condition, status: "Perhaps" }] }), 422, "Invalid", 'status.conditions[0].status: Unsupported value: "Perhaps"');
      expectFailure(await api.patch(`${base}/none/status`, "json", [{ op: "add", path: "/status", value: {} }]), 404, "NotFound");
    },
  },
  {
    name: "finalizers are patched with the version they were read at",
    async run({ api, namespace }) {
      const base = await installed(api, "globaltrafficpolicies", namespace);
      const { resourceVersion } = metadataOf(expectCode(await api.create(base, policy), 201).body);
      const write = (finalizers: string[]): ReturnType<typeof api.patch> => api.patch(`${base}/httpbin`, "merge", { metadata: { resourceVersion, finalizers } });
      assert.equal(metadataOf(expectCode(await write(["sluice.dev/leave"]), 200).body).generation, 1);
      expectFailure(await write([]), 409, "Conflict");
      expectCode(await api.patch(`${base}/httpbin`, "merge", { metadata: { annotations: { "sluice.dev/color": "1" } } }), 200);
      const after = expectCode(await api.patch(`${base}/httpbin`, "merge", { metadata: { annotations: { "sluice.dev/color": null }, finalizers: [] } }), 200).body;
      assert.deepEqual([after["metadata"]!["annotations"], after["metadata"]!["finalizers"]], [undefined, undefined]);
    },
  },
  {
    name: "a Service's selector gets a key and loses it, its address stays",
    async run({ api, namespace }) {
      const base = `/api/v1/namespaces/${namespace}/services`;
      const selector = { app: "web" };
      const made = expectCode(await api.create(base, { apiVersion: "v1", kind: "Service", metadata: { name: "web" }, spec: { selector, ports: [{ name: "http", port: 80, targetPort: "http" }] } }), 201).body;
      const test = [{ op: "test", path: "/metadata/uid", value: metadataOf(made).uid }, { op: "test", path: "/spec/selector", value: selector }];
      const inline = [...test, { op: "add", path: "/spec/selector/sluice.dev~1inline", value: "true" }];
      const done = expectCode(await api.patch(`${base}/web`, "json", inline), 200).body;
      assert.deepEqual(done["spec"]!["selector"], { app: "web", "sluice.dev/inline": "true" });
      assert.equal(done["spec"]!["clusterIP"], made["spec"]!["clusterIP"]);
      expectFailure(await api.patch(`${base}/web`, "json", inline), 422, "Invalid");
      assert.deepEqual(expectCode(await api.patch(`${base}/web`, "json", [{ op: "remove", path: "/spec/selector/sluice.dev~1inline" }]), 200).body["spec"]!["selector"], selector);
      const version = metadataOf(made).resourceVersion;
      expectFailure(await api.delete(`${base}/web`, { preconditions: { resourceVersion: version } }), 409, "Conflict", `Operation cannot be fulfilled on Service "web": the ResourceVersion in the precondition (${version})`);
      expectFailure(await api.patch(`${base}/web`, "json", [{ op: "test", path: "/metadata/resourceVersion", value: version }]), 422, "Invalid");
    },
  },
  {
    name: "a headless Service with an owner and the ports of another is made, and its ports replaced",
    async run({ api, namespace }) {
      const base = `/api/v1/namespaces/${namespace}/services`;
      const owner = metadataOf(expectCode(await api.create(base, { apiVersion: "v1", kind: "Service", metadata: { name: "web" }, spec: { ports: [{ port: 80 }] } }), 201).body);
      const ports = [{ name: "http", port: 80, protocol: "TCP", targetPort: "http" }, { name: "dns", port: 53, protocol: "UDP", targetPort: 5353 }];
      const shadow = {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "web-sluice-local", ownerReferences: [{ apiVersion: "v1", kind: "Service", name: "web", uid: owner.uid }] },
        spec: { clusterIP: "None", selector: { app: "web" }, ports, ipFamilies: ["IPv4"], ipFamilyPolicy: "SingleStack" },
      };
      const made = expectCode(await api.create(base, shadow), 201).body;
      assert.deepEqual(made["spec"]!["ports"], ports);
      const [first] = ports;
      const changed = expectCode(await api.patch(`${base}/web-sluice-local`, "json", [{ op: "replace", path: "/spec/selector", value: { app: "other" } }, { op: "replace", path: "/spec/ports", value: [first] }]), 200).body;
      assert.deepEqual([changed["spec"]!["ports"], changed["spec"]!["selector"], changed["spec"]!["clusterIP"]], [[first], { app: "other" }, "None"]);
    },
  },
  {
    name: "a revision is a lock: its name is taken once, and its data never change",
    async run({ api, namespace }) {
      const base = `/apis/apps/v1/namespaces/${namespace}/controllerrevisions`;
      expectCode(await api.create(base, revision("sluice-1", { spec })), 201);
      expectFailure(await api.create(base, revision("sluice-1", { spec })), 409, "AlreadyExists", 'controllerrevisions.apps "sluice-1" already exists');
      assert.deepEqual(expectCode(await api.get(`${base}?labelSelector=policy%3Dhttpbin`), 200).body["items"]![0]!["data"], { spec });
      expectFailure(await api.patch(`${base}/sluice-1`, "merge", { data: { spec: { lbType: "Locality" } } }), 422, "Invalid", "data: Invalid value");
      expectFailure(await api.create(base, { ...revision("sluice-2", {}), revision: -1 }), 422, "Invalid", "revision: Invalid value: -1: must be greater than or equal to 0");
    },
  },
  {
    name: "a Lease is renewed by whoever read its last version, in microseconds",
    async run({ api, namespace }) {
      const base = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
      const made = expectCode(await api.create(base, lease("a", "2026-01-01T00:00:00.123456Z")), 201).body;
      assert.equal(made["spec"]!["renewTime"], "2026-01-01T00:00:00.123456Z");
      const renewed = { ...made, spec: { ...(made["spec"]! as Json), renewTime: "2026-01-01T00:00:02.000000Z" } };
      expectCode(await api.replace(`${base}/leader`, renewed), 200);
      expectFailure(await api.replace(`${base}/leader`, renewed), 409, "Conflict", 'Operation cannot be fulfilled on leases.coordination.k8s.io "leader"');
      expectFailure(await api.create(base, lease("b", "2026-01-01")), 400, "BadRequest");
      expectFailure(await api.create(base, lease("b", "2026-01-01T00:00:00Z")), 400, "BadRequest");
      expectFailure(await api.patch(`${base}/leader`, "merge", { spec: { leaseDurationSeconds: 0 } }), 422, "Invalid", "spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0");
      const free = expectCode(await api.patch(`${base}/leader`, "merge", { spec: { holderIdentity: "" } }), 200).body;
      assert.equal(free["spec"]!["holderIdentity"] ?? "", "");
    },
  },
  {
    name: "an Event is of its object's namespace, and counts up",
    async run({ api, namespace }) {
      const base = `/api/v1/namespaces/${namespace}/events`;
      const event = (name: string, of: string): unknown => ({
        apiVersion: "v1",
        kind: "Event",
        metadata: { name },
        involvedObject: { apiVersion: "v1", kind: "Service", namespace: of, name: "web" },
        reason: "Inline",
        message: "text",
        type: "Normal",
        count: 1,
        firstTimestamp: "2026-01-01T00:00:00Z",
        lastTimestamp: "2026-01-01T00:00:00Z",
        source: { component: "sluice-attach" },
      });
      expectCode(await api.create(base, event("one", namespace)), 201);
      assert.equal(expectCode(await api.patch(`${base}/one`, "merge", { count: 2, lastTimestamp: "2026-01-01T00:00:09Z" }), 200).body["count"], 2);
      expectFailure(await api.create(base, event("two", "elsewhere")), 422, "Invalid", "involvedObject.namespace: Invalid value: \"elsewhere\": does not match event.namespace");
    },
  },
  {
    name: "a Secret that is there is told, and its data merge",
    async run({ api, namespace }) {
      const base = `/api/v1/namespaces/${namespace}/secrets`;
      const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "cluster-1-23" }, type: "Opaque", data: { kubeconfig: "YQ==" } };
      expectCode(await api.create(base, secret), 201);
      expectFailure(await api.create(base, secret), 409, "AlreadyExists", 'secrets "cluster-1-23" already exists');
      expectCode(await api.patch(`${base}/cluster-1-23`, "merge", { data: { kubeconfig: "Yg==" } }), 200);
      expectFailure(await api.create("/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }), 409, "AlreadyExists", `namespaces "${namespace}" already exists`);
    },
  },
  {
    name: "a pod that is not there can't be reached through the API server",
    async run({ api, namespace }) {
      expectFailure(await api.get(`/api/v1/namespaces/${namespace}/pods/none:9081/proxy/telemetry`), 404, "NotFound", 'pods "none" not found');
    },
  },
];

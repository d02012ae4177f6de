import assert from "node:assert/strict";
import { eventually, expectCode, type ApiCase } from "../api-case.ts";
import type { ApiAnswer, ApiConnection, Json } from "../api-connection.ts";

interface SliceItem {
  metadata: { labels: Record<string, string>; ownerReferences: { kind: string; name: string }[] };
  endpoints: { addresses: string[]; conditions: { ready: boolean }; targetRef: { name: string } }[] | null;
  ports: { name: string; port: number; protocol: string }[] | null;
}
const configMap = (name: string, metadata: Record<string, unknown> = {}): unknown => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, ...metadata } });
const slicesOf = (body: Json): SliceItem[] => (body["items"] ?? []) as unknown as SliceItem[];

/** A pod that is ready, as a kubelet would say; on a node, since endpoints of pods without one are left out. */
async function readyPod(api: ApiConnection, namespace: string, name: string, podIP: string): Promise<void> {
  const node = await api.create("/api/v1/nodes", { apiVersion: "v1", kind: "Node", metadata: { name: "contract" } });
  assert.ok(node.code === 201 || node.code === 409, JSON.stringify(node.body));
  await eventually(() => api.get(`/api/v1/namespaces/${namespace}/serviceaccounts/default`), ({ code }) => code === 200);
  const containers = [{ name: "web", image: "web", ports: [{ name: "http", containerPort: 8080 }] }];
  expectCode(await api.create(`/api/v1/namespaces/${namespace}/pods`, { apiVersion: "v1", kind: "Pod", metadata: { name, labels: { app: "web" } }, spec: { nodeName: "contract", containers, terminationGracePeriodSeconds: 0 } }), 201);
  const status = { phase: "Running", podIP, podIPs: [{ ip: podIP }], conditions: [{ type: "Ready", status: "True" }] };
  expectCode(await api.patch(`/api/v1/namespaces/${namespace}/pods/${name}/status`, "merge", { status }), 200);
}

/** What the controllers of a cluster do, as far as the product counts on it. */
export const controllerCases: readonly ApiCase[] = [
  {
    name: "a namespace gets its account and the authority's certificate, and goes with all that it holds",
    async run({ api, namespace }) {
      const base = `/api/v1/namespaces/${namespace}`;
      await eventually(() => api.get(`${base}/serviceaccounts/default`), ({ code }) => code === 200);
      const authority = await eventually(() => api.get(`${base}/configmaps/kube-root-ca.crt`), ({ code }) => code === 200);
      assert.match(authority.body["data"]!["ca.crt"]!, /^-----BEGIN CERTIFICATE-----/);
      // Both are kept, whatever becomes of them.
      expectCode(await api.patch(`${base}/configmaps/kube-root-ca.crt`, "merge", { data: { "ca.crt": "another" } }), 200);
      await eventually(() => api.get(`${base}/configmaps/kube-root-ca.crt`), ({ body }) => body["data"]?.["ca.crt"] === authority.body["data"]!["ca.crt"]);
      expectCode(await api.delete(`${base}/serviceaccounts/default`), 200);
      await eventually(() => api.get(`${base}/serviceaccounts/default`), ({ code }) => code === 200);
      expectCode(await api.create(`${base}/configmaps`, configMap("held", { finalizers: ["example.com/hold"] })), 201);
      expectCode(await api.create(`/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`, { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata: { name: "held", finalizers: ["example.com/hold"] } }), 201);
      expectCode(await api.delete(base), 200);
      await eventually(() => api.get(`${base}/configmaps/held`), ({ body }) => body["metadata"]?.["deletionTimestamp"] !== undefined);
      expectCode(await api.patch(`${base}/configmaps/held`, "merge", { metadata: { finalizers: null } }), 200);
      const lease = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/held`;
      await eventually(() => api.get(lease), ({ body }) => body["metadata"]?.["deletionTimestamp"] !== undefined);
      // Held by what is still in it, however often one looks.
      for (let look = 0; look < 20; look += 1) expectCode(await api.get(base), 200);
      expectCode(await api.patch(lease, "merge", { metadata: { finalizers: null } }), 200);
      await eventually(() => api.get(base), ({ code }) => code === 404);
    },
  },
  {
    name: "what an owner leaves goes with it, unless it is orphaned",
    async run({ api, namespace }) {
      const base = `/api/v1/namespaces/${namespace}/configmaps`;
      for (const owner of ["gone", "orphaning"]) {
        const { uid } = expectCode(await api.create(base, configMap(owner)), 201).body["metadata"]! as unknown as { uid: string };
        expectCode(await api.create(base, configMap(`of-${owner}`, { ownerReferences: [{ apiVersion: "v1", kind: "ConfigMap", name: owner, uid }] })), 201);
      }
      expectCode(await api.delete(`${base}/orphaning`, { propagationPolicy: "Orphan" }), 200);
      await eventually(() => api.get(`${base}/of-orphaning`), ({ body }) => body["metadata"]?.["ownerReferences"] === undefined);
      expectCode(await api.delete(`${base}/gone`), 200);
      await eventually(() => api.get(`${base}/of-gone`), ({ code }) => code === 404);
      expectCode(await api.get(`${base}/of-orphaning`), 200);
    },
  },
  {
    name: "a Service's slices follow its selector and the labels of pods, and stay as they are without a selector",
    async run({ api, namespace }) {
      await readyPod(api, namespace, "web-1", "10.1.2.3");
      const services = `/api/v1/namespaces/${namespace}/services`;
      expectCode(await api.create(services, { apiVersion: "v1", kind: "Service", metadata: { name: "web" }, spec: { selector: { app: "web" }, ports: [{ name: "web", port: 80, targetPort: "http" }] } }), 201);
      const query = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices?labelSelector=kubernetes.io/service-name%3Dweb`;
      const addresses = (body: Json): string[] => slicesOf(body).flatMap(({ endpoints }) => (endpoints ?? []).flatMap((endpoint) => endpoint.addresses));
      const full = await eventually(() => api.get(query), ({ body }) => addresses(body).length === 1);
      const [slice] = slicesOf(full.body);
      assert.equal(slice?.metadata.labels["endpointslice.kubernetes.io/managed-by"], "endpointslice-controller.k8s.io");
      assert.deepEqual([slice?.metadata.ownerReferences[0]?.kind, slice?.metadata.ownerReferences[0]?.name], ["Service", "web"]);
      assert.deepEqual(slice?.ports, [{ name: "web", port: 8080, protocol: "TCP" }]);
      assert.deepEqual([slice?.endpoints?.[0]?.addresses, slice?.endpoints?.[0]?.conditions.ready, slice?.endpoints?.[0]?.targetRef.name], [["10.1.2.3"], true, "web-1"]);
      const relabel = (app: string): Promise<ApiAnswer> => api.patch(`/api/v1/namespaces/${namespace}/pods/web-1`, "merge", { metadata: { labels: { app } } });
      expectCode(await relabel("set-aside"), 200);
      await eventually(() => api.get(query), ({ body }) => addresses(body).length === 0);
      expectCode(await relabel("web"), 200);
      await eventually(() => api.get(query), ({ body }) => addresses(body).length === 1);
      expectCode(await api.patch(`${services}/web`, "json", [{ op: "add", path: "/spec/selector/sluice.dev~1inline", value: "true" }]), 200);
      await eventually(() => api.get(query), ({ body }) => addresses(body).length === 0);
      expectCode(await api.patch(`${services}/web`, "json", [{ op: "remove", path: "/spec/selector/sluice.dev~1inline" }]), 200);
      await eventually(() => api.get(query), ({ body }) => addresses(body).length === 1);
      // Without a selector they are somebody else's to write.
      expectCode(await api.patch(`${services}/web`, "merge", { spec: { selector: null } }), 200);
      expectCode(await api.patch(`/api/v1/namespaces/${namespace}/pods/web-1/status`, "merge", { status: { conditions: [{ type: "Ready", status: "False" }] } }), 200);
      // Made later and yet written: so whoever would write ours has had the time for it.
      expectCode(await api.create(services, { apiVersion: "v1", kind: "Service", metadata: { name: "later" }, spec: { selector: { app: "web" }, ports: [{ port: 80 }] } }), 201);
      await eventually(() => api.get(query.replace("%3Dweb", "%3Dlater")), ({ body }) => slicesOf(body).some(({ endpoints }) => endpoints?.[0]?.conditions.ready === false));
      // The Endpoints that a Service without a selector may have are mirrored beside them on a real cluster.
      const left = slicesOf((await api.get(query)).body).filter(({ metadata }) => metadata.labels["endpointslice.kubernetes.io/managed-by"] === "endpointslice-controller.k8s.io");
      assert.deepEqual(left.map(({ endpoints }) => endpoints?.[0]?.conditions.ready), [true]);
      expectCode(await api.delete(`${services}/web`), 200);
      await eventually(() => api.get(query), ({ body }) => slicesOf(body).length === 0);
    },
  },
  {
    name: "a ReplicaSet counts its own pods only, whatever labels others have",
    async run({ api, namespace }) {
      const base = `/api/v1/namespaces/${namespace}`;
      await eventually(() => api.get(`${base}/serviceaccounts/default`), ({ code }) => code === 200);
      const { uid } = expectCode(await api.create(`${base}/configmaps`, configMap("another")), 201).body["metadata"]! as unknown as { uid: string };
      const spec = { containers: [{ name: "web", image: "web" }] };
      const labels = { app: "counted" };
      const ownerReferences = [{ apiVersion: "v1", kind: "ConfigMap", name: "another", uid, controller: true }];
      expectCode(await api.create(`${base}/pods`, { apiVersion: "v1", kind: "Pod", metadata: { name: "of-another", labels, ownerReferences }, spec }), 201);
      const sets = `/apis/apps/v1/namespaces/${namespace}/replicasets`;
      expectCode(await api.create(sets, { apiVersion: "apps/v1", kind: "ReplicaSet", metadata: { name: "counted" }, spec: { replicas: 2, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } } }), 201);
      await eventually(() => api.get(`${sets}/counted`), ({ body }) => body["status"]?.["replicas"] === (2 as never));
      const pods = async (): Promise<string[]> => ((await api.get(`${base}/pods`)).body["items"] as unknown as { metadata: { name: string } }[]).map(({ metadata }) => metadata.name.replace(/-[^-]+$/, ""));
      assert.deepEqual((await pods()).toSorted(), ["counted", "counted", "of"]);
      expectCode(await api.patch(`${sets}/counted`, "merge", { spec: { replicas: 0 } }), 200);
      await eventually(() => api.get(`${sets}/counted`), ({ body }) => body["status"]?.["replicas"] === (0 as never));
      assert.deepEqual(await pods(), ["of"]);
    },
  },
];

import { kinds } from "@sluice/kubernetes/kinds";
import { ApiError } from "@sluice/kubernetes/api-error";
import type { KubernetesObject } from "@sluice/kubernetes/resource";
import { afterEach, describe, expect, it, vi } from "vitest";
import { exportHttpbin, join, type TestCluster, TestSet } from "../testing/test-clusters.ts";

const set = new TestSet();
afterEach(() => set.end());

const until = <T>(check: () => Promise<T>) => vi.waitFor(check, { timeout: 20_000, interval: 50 });
const httpbin = { namespace: "httpbin", name: "httpbin" };

async function condition(controlPlane: TestCluster, name: string, type = "Managed") {
  const cluster = await controlPlane.client.get(kinds.clusters, { name });
  const found = cluster.status?.conditions?.find((one) => one.type === type);
  return found === undefined ? undefined : `${found.status} ${found.reason}`;
}

const importOf = async (cluster: TestCluster) =>
  await cluster.client.get(kinds.serviceImports, httpbin).catch((error: unknown) => {
    if (error instanceof ApiError && error.code === 404) return undefined;
    throw error;
  });

async function storySet() {
  const controlPlane = await set.cluster("control-plane");
  const old = await set.cluster("1-23");
  const next = await set.cluster("1-25");
  // Port 1: nothing is there, whatever else runs on this machine.
  await join(controlPlane, "1-23", old.kubeconfig, 1);
  await join(controlPlane, "1-25", next.kubeconfig, 8082);
  const api = await set.api(controlPlane);
  return { controlPlane, old, next, api };
}

describe("the cluster controller", () => {
  it("joins by kubeconfig, moves it to a Secret and blanks it", async () => {
    const { controlPlane, old } = await storySet();
    await until(async () => expect(await condition(controlPlane, "1-23")).toBe("True Watching"));
    const cluster = await until(async () => {
      const found = await controlPlane.client.get(kinds.clusters, { name: "1-23" });
      expect(found.metadata.finalizers).toBeDefined();
      expect(found.spec.kubeconfig).toBe("");
      return found;
    });
    expect(cluster.spec.kubeconfig).toBe("");
    expect(cluster.spec.kubeconfigSecretRef).toEqual({ namespace: "sluice-system", name: "cluster-1-23", key: "kubeconfig" });
    const secret = await controlPlane.client.get(kinds.secrets, { namespace: "sluice-system", name: "cluster-1-23" });
    expect(Buffer.from(secret.data?.["kubeconfig"] ?? "", "base64").toString()).toBe(old.kubeconfig);
    await until(async () => {
      const record = await old.client.get(kinds.configMaps, { namespace: "sluice-system", name: "sluice-member" });
      expect(record.data).toMatchObject({ clusterKey: "default/default/default/1-23", epoch: "3" });
    });
    expect(cluster.metadata.finalizers).toEqual(["sluice.dev/leave"]);
    expect(cluster.metadata.annotations?.["sluice.dev/color"]).toMatch(/^[01]$/);
    await until(async () => expect(await condition(controlPlane, "1-23", "GatewayReachable")).toBe("False Unreachable"));
    expect(await condition(controlPlane, "1-23", "ProxyReady")).toBe("False NoReadyProxy");
  });

  it("refuses hostile and useless kubeconfigs with a reason, while the others go on", async () => {
    const controlPlane = await set.cluster("control-plane");
    const good = await set.cluster("1-25");
    const text = (change: (config: string) => string) => change(good.kubeconfig);
    const cases: [string, string, string][] = [
      ["exec", text((config) => config.replace(/token: .*/, "exec: { command: sh }")), "False ExecNotAllowed"],
      ["file-path", text((config) => config.replace(/token: .*/, "tokenFile: /etc/passwd")), "False FilePathNotAllowed"],
      ["unreachable", text((config) => config.replace(/https:\/\/[^\s"]+/, "https://127.0.0.1:1")), "False Unreachable"],
      ["unauthorized", good.server.kubeconfigFor("no-such-token"), "False Unauthorized"],
      ["not-yaml", "a: [", "False KubeconfigInvalid"],
    ];
    await good.client.create(kinds.serviceAccounts, { apiVersion: "v1", kind: "ServiceAccount", metadata: { namespace: "default", name: "weak" } });
    cases.push(["powerless", good.server.kubeconfigFor(good.server.tokenFor({ namespace: "default", name: "weak" })), "False Forbidden"]);
    for (const [name, kubeconfig] of cases) await join(controlPlane, name, kubeconfig);
    await join(controlPlane, "1-25", good.kubeconfig);
    await set.api(controlPlane);
    for (const [name, , expected] of cases) await until(async () => expect(`${name}: ${await condition(controlPlane, name)}`).toBe(`${name}: ${expected}`));
    await until(async () => expect(await condition(controlPlane, "1-25")).toBe("True Watching"));
    const refused = await controlPlane.client.get(kinds.clusters, { name: "exec" });
    expect(refused.status?.conditions?.find((one) => one.type === "Managed")?.message).toContain("Use a service account's token");
  });
});

/** Bare API servers lack the kind, as a trimmed cluster may. */
async function serveIngresses(cluster: TestCluster): Promise<void> {
  const schema = { openAPIV3Schema: { type: "object", properties: { spec: { type: "object", "x-kubernetes-preserve-unknown-fields": true } } } };
  await cluster.client.create(kinds.customResourceDefinitions, {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "ingresses.networking.k8s.io", annotations: { "api-approved.kubernetes.io": "unapproved, for a test" } },
    spec: { group: "networking.k8s.io", scope: "Namespaced", names: { plural: "ingresses", singular: "ingress", kind: "Ingress" }, versions: [{ name: "v1", served: true, storage: true, schema }] },
  } as KubernetesObject);
}

describe("propagation", () => {
  it("finds an export invalid whose path an Ingress uses already", async () => {
    const controlPlane = await set.cluster("control-plane");
    const old = await set.cluster("1-23");
    const next = await set.cluster("1-25");
    await serveIngresses(next);
    const paths = [{ path: "/1-25/httpbin-mesh", pathType: "Prefix", backend: { service: { name: "front", port: { number: 80 } } } }];
    await next.client.create(kinds.ingresses, { apiVersion: "networking.k8s.io/v1", kind: "Ingress", metadata: { namespace: "httpbin", name: "front" }, spec: { rules: [{ http: { paths } }] } });
    await exportHttpbin(next);
    await join(controlPlane, "1-23", old.kubeconfig, 1);
    await join(controlPlane, "1-25", next.kubeconfig, 1);
    await set.api(controlPlane);
    const valid = async () => (await next.client.get(kinds.serviceExports, httpbin)).status?.conditions?.find((one) => one.type === "Valid");
    await until(async () => expect(await valid()).toMatchObject({ status: "False", reason: "PathInUse", message: expect.stringContaining("Ingress httpbin/front") as unknown }));
    expect(await importOf(old)).toBeUndefined();
    await until(async () => expect(await condition(controlPlane, "1-23")).toBe("True Watching"));
    await next.client.delete(kinds.ingresses, { namespace: "httpbin", name: "front" });
    await until(async () => expect(await valid()).toMatchObject({ status: "True", reason: "Exported" }));
    await until(async () => expect(await importOf(old)).toBeDefined());
  });


  it("A2: the import's spec on 1-23 is word for word", async () => {
    const { old, next } = await storySet();
    await exportHttpbin(old);
    await exportHttpbin(next);
    await until(async () => expect((await importOf(old))?.spec).toBeDefined());
    expect((await importOf(old))?.spec).toEqual({
      ports: [
        {
          protocol: "TCP",
          port: 8080,
          endpoints: [{ clusterKey: "default/default/default/1-25", target: { host: "127.0.0.1", ip: "127.0.0.1", port: 8082, path: "/1-25/httpbin-mesh" } }],
        },
      ],
      serviceAccountName: "*",
      type: "ClusterSetIP",
    });
    await until(async () => {
      const exported = await next.client.get(kinds.serviceExports, httpbin);
      expect(exported.status?.conditions?.map((one) => `${one.type} ${one.status} ${one.reason}`)).toEqual(["Valid True Exported", "Conflict False NoConflict"]);
    });
    await next.client.delete(kinds.services, httpbin);
    await until(async () => {
      const exported = await next.client.get(kinds.serviceExports, httpbin);
      expect(exported.status?.conditions?.[0]).toMatchObject({ type: "Valid", status: "False", reason: "ServiceMissing" });
      expect(await importOf(old)).toBeUndefined();
    });
  });
});

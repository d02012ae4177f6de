import type { KubernetesClient } from "@sluice/kubernetes/client";
import { ApiError } from "@sluice/kubernetes/api-error";
import type { Informer } from "@sluice/kubernetes/informer";
import { kinds, type ConfigMap } from "@sluice/kubernetes/kinds";
import type { KubernetesObject } from "@sluice/kubernetes/resource";
import { startInformer } from "@sluice/kubernetes/start-informer";
import { findAssets } from "@sluice/sandbox/real-api-server/find-assets";
import type { Backup } from "@sluice/sandbox/real-api-server/start-real-api-server";
import type { ServiceImport } from "@sluice/shared/import/service-import-schema";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Api } from "../start-api.ts";
import { exportHttpbin, join, type AnyCluster, type RealCluster, TestSet } from "../testing/test-clusters.ts";

const set = new TestSet();
const assets = findAssets();
/** Members of the oldest and of the newest minor that there are. */
const grounds = assets.slice(-1).map((newer) => ({ older: assets[0] ?? newer, newer }));
const patiently = { timeout: 80_000, interval: 100 };
const until = <T>(check: () => Promise<T>): Promise<T> => vi.waitFor(check, patiently);
const httpbin = { namespace: "httpbin", name: "httpbin" };
const nextKey = "default/default/default/1-25";

const missing = (error: unknown): undefined => {
  if (error instanceof ApiError && error.code === 404) return undefined;
  throw error;
};
const managed = async (controlPlane: AnyCluster, name: string): Promise<string> => {
  const cluster = await controlPlane.client.get(kinds.clusters, { name });
  const found = cluster.status?.conditions?.find((one) => one.type === "Managed");
  return `${found?.status} ${found?.reason}`;
};
const becomesManaged = (controlPlane: AnyCluster, name: string): Promise<void> => until(async () => expect(await managed(controlPlane, name)).toBe("True Watching"));
const keysOf = (object: ServiceImport | undefined): string[] => (object?.spec.ports ?? []).flatMap((port) => port.endpoints.map(({ clusterKey }) => clusterKey));
const becomesImported = (by: AnyCluster, name: string, key: string): Promise<void> =>
  until(async () => expect(keysOf(await by.client.get(kinds.serviceImports, { namespace: "httpbin", name }).catch(missing))).toEqual([key]));
const setRecord = async (client: KubernetesClient): Promise<ConfigMap> => await client.get(kinds.configMaps, { namespace: "sluice-system", name: "sluice-set" });

/** Exports another service of `cluster`. */
async function offer(cluster: RealCluster, name: string): Promise<void> {
  const metadata = { namespace: "httpbin", name };
  await cluster.client.create(kinds.services, { apiVersion: "v1", kind: "Service", metadata, spec: { selector: { app: name }, ports: [{ port: 8080, protocol: "TCP" }] } });
  const rules = [{ portNumber: 8080, path: `/${cluster.name}/${name}`, pathType: "Prefix" }];
  await cluster.client.create(kinds.serviceExports, { apiVersion: "flomesh.io/v1alpha1", kind: "ServiceExport", metadata, spec: { serviceAccountName: "*", rules } } as never);
}

/** Exports another service of `cluster`, and waits until it is imported into `by`: propagation is alive. */
async function propagates(cluster: RealCluster, by: RealCluster, name: string): Promise<void> {
  await offer(cluster, name);
  await becomesImported(by, name, `default/default/default/${cluster.name}`);
}

describe.each(grounds)("the controllers, on kube-apiserver $older.version and $newer.version", ({ older, newer }) => {
  let controlPlane: RealCluster;
  let old: RealCluster;
  let next: RealCluster;
  let api: Api;
  let watched: Informer<ServiceImport>;
  /** The control plane, before 1-25 joined. */
  let early: Backup;
  /** Every state of httpbin's import in 1-23, as the endpoints' clusters. */
  const seen: string[][] = [];

  beforeAll(async () => {
    controlPlane = await set.realCluster("control-plane", newer);
    old = await set.realCluster("1-23", older);
    next = await set.realCluster("1-25", newer);
    await exportHttpbin(next);
    await join(controlPlane, "1-23", old.kubeconfig, 8081);
    api = await set.api(controlPlane);
    await becomesManaged(controlPlane, "1-23");
    early = await controlPlane.server.backUp();
    await join(controlPlane, "1-25", next.kubeconfig, 8082);
    await becomesImported(old, "httpbin", nextKey);
    await becomesManaged(controlPlane, "1-23");
    await becomesManaged(controlPlane, "1-25");
    const key = "httpbin/httpbin";
    watched = startInformer(old.client, kinds.serviceImports, { onChange: (changed) => void (changed === key && seen.push(keysOf(watched.get(key)))) });
    await watched.synced();
  });
  beforeEach(() => void seen.splice(0));
  afterAll(async () => {
    await watched?.stop();
    await set.end();
  });
  /** States without what 1-25 offers. */
  const removals = (): string[][] => seen.filter((keys) => !keys.includes(nextKey));

  it("a control plane restored under its leader to before a member joined: what that member offers stays", async () => {
    await controlPlane.server.restore(early);
    // A Cluster that is judged shows that the leader has read the list without 1-25, an export that is judged that it looked at the imports since.
    await join(controlPlane, "marker", "a: [", 8083);
    await until(async () => expect(await managed(controlPlane, "marker")).toBe("False KubeconfigInvalid"));
    await offer(old, "judged");
    await until(async () => expect((await old.client.get(kinds.serviceExports, { namespace: "httpbin", name: "judged" })).status?.conditions).toBeDefined());
    const stale = async (): Promise<string | undefined> => (await old.client.get(kinds.serviceImports, httpbin)).metadata.annotations?.["sluice.dev/stale-clusters"];
    expect(await stale()).toBe(nextKey);
    await join(controlPlane, "1-25", next.kubeconfig, 8082);
    await until(async () => expect(await managed(controlPlane, "1-25")).toBe("True Watching"));
    await until(async () => expect(await stale()).toBeUndefined());
    expect(removals()).toEqual([]);
  });

  it("restart of a member's API server: what it offers stays, and propagation goes on", async () => {
    await next.server.stopApi();
    await until(async () => expect(await managed(controlPlane, "1-25")).toBe("False Unreachable"));
    await next.server.startApi();
    await until(async () => expect(await managed(controlPlane, "1-25")).toBe("True Watching"));
    await propagates(next, old, "after-restart");
    expect(removals()).toEqual([]);
  });

  it("restart of the control plane's API server: leads on, and propagation goes on", async () => {
    await controlPlane.server.stopApi("SIGTERM");
    await controlPlane.server.startApi();
    await propagates(next, old, "after-control-plane");
    expect(removals()).toEqual([]);
  });

  it("conflicting writers: imports are what the exports say, whatever others write into them", async () => {
    const meddle = async (round: number): Promise<void> => {
      const foreign = { spec: { serviceAccountName: `other-${round}` }, metadata: { annotations: { round: String(round) } } };
      await old.client.patch(kinds.serviceImports, httpbin, { type: "merge", body: foreign }, { fieldManager: "somebody" }).catch(missing);
    };
    for (let round = 0; round < 20; round++) await meddle(round);
    await until(async () => expect((await old.client.get(kinds.serviceImports, httpbin)).spec).toMatchObject({ serviceAccountName: "*" }));
    expect(removals()).toEqual([]);
  });

  it("expired token: the member is Unauthorized until the Secret has a new one, then managed without a restart", async () => {
    const account = { namespace: "sluice-system", name: "member" };
    const subjects = [{ kind: "ServiceAccount", ...account }];
    const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" };
    const bindings = { group: "rbac.authorization.k8s.io", version: "v1", plural: "clusterrolebindings", kind: "ClusterRoleBinding", namespaced: false };
    await next.client.create(bindings, { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRoleBinding", metadata: { name: "member" }, roleRef, subjects } as KubernetesObject);
    const newToken = async (): Promise<string> => {
      const tokens = { group: "", version: "v1", plural: "serviceaccounts/member/token", kind: "TokenRequest", namespaced: true };
      const request = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", metadata: account, spec: { expirationSeconds: 600 } };
      return (await next.client.create<KubernetesObject & { status?: { token: string } }>(tokens, request)).status?.token ?? "";
    };
    const replaceAccount = async (): Promise<string> => {
      await next.client.delete(kinds.serviceAccounts, account).catch(missing);
      await next.client.create(kinds.serviceAccounts, { apiVersion: "v1", kind: "ServiceAccount", metadata: account });
      return await newToken();
    };
    const store = async (token: string): Promise<void> => {
      const kubeconfig = Buffer.from(next.server.kubeconfigFor(token)).toString("base64");
      await controlPlane.client.patch(kinds.secrets, { namespace: "sluice-system", name: "cluster-1-25" }, { type: "merge", body: { data: { kubeconfig } } });
    };
    await store(await replaceAccount());
    await propagates(next, old, "by-account");
    const second = await replaceAccount();
    await until(async () => expect(await managed(controlPlane, "1-25")).toBe("False Unauthorized"));
    await store(second);
    await until(async () => expect(await managed(controlPlane, "1-25")).toBe("True Watching"));
    await propagates(next, old, "by-new-token");
    await store(next.server.adminToken);
    expect(removals()).toEqual([]);
  });

  it("changed certificate: the member is managed again by itself", async () => {
    next.server.renewCertificate();
    await next.server.stopApi();
    await next.server.startApi();
    await propagates(next, old, "after-certificate");
    expect(removals()).toEqual([]);
  });

  it("a member restored from an old backup: nothing goes that its export still says, what it lacks goes, and it is written to again", async () => {
    const backup = await next.server.backUp();
    await propagates(next, old, "after-backup");
    await next.server.restore(backup);
    await until(async () => expect(await old.client.get(kinds.serviceImports, { namespace: "httpbin", name: "after-backup" }).catch(missing)).toBeUndefined());
    await until(async () => expect(await managed(controlPlane, "1-25")).toBe("True Watching"));
    await propagates(next, old, "after-restore");
    await propagates(old, next, "into-restored");
    expect(removals()).toEqual([]);
  });

  it("a control plane restored from an old backup writes nothing until an administrator confirms", async () => {
    const backup = await controlPlane.server.backUp();
    for (let term = 0; term < 2; term++) {
      await api.stop();
      api = await set.api(controlPlane, { identity: `term-${term}` });
      await propagates(next, old, `term-${term}`);
    }
    const known = async (): Promise<string> => (await next.client.get(kinds.configMaps, { namespace: "sluice-system", name: "sluice-member" })).data?.["epoch"] ?? "";
    const { epoch: latest } = (await setRecord(controlPlane.client)).data ?? {};
    await until(async () => expect(await known()).toBe(latest));
    await api.stop();
    await controlPlane.server.restore(backup);
    api = await set.api(controlPlane, { identity: "restored" });
    await until(async () => expect([await managed(controlPlane, "1-23"), await managed(controlPlane, "1-25")]).toEqual(["False EpochOlder", "False EpochOlder"]));
    const versions = async (): Promise<(string | undefined)[]> => (await old.client.list(kinds.serviceImports)).items.map(({ metadata }) => metadata.resourceVersion);
    const before = await versions();
    await next.client.delete(kinds.serviceExports, { namespace: "httpbin", name: "after-restart" });
    await until(async () => expect((await setRecord(controlPlane.client)).data?.["epoch"]).not.toBe(latest));
    expect(await versions()).toEqual(before);
    expect(await known()).toBe(latest);

    await controlPlane.client.patch(kinds.configMaps, { namespace: "sluice-system", name: "sluice-set" }, { type: "merge", body: { data: { confirmedEpoch: latest } } });
    await api.stop();
    api = await set.api(controlPlane, { identity: "confirmed" });
    await until(async () => expect([await managed(controlPlane, "1-23"), await managed(controlPlane, "1-25")]).toEqual(["True Watching", "True Watching"]));
    await until(async () => expect(await old.client.get(kinds.serviceImports, { namespace: "httpbin", name: "after-restart" }).catch(missing)).toBeUndefined());
    expect(removals()).toEqual([]);
  });
});

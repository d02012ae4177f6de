import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { ClientRequest } from "node:http";
import { request } from "node:https";
import { tmpdir } from "node:os";
import path from "node:path";
import { findAssets } from "@sluice/sandbox/real-api-server/find-assets";
import { RealApiServer } from "@sluice/sandbox/real-api-server/start-real-api-server";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { ApiError } from "./api-error.ts";
import type { KubernetesClient } from "./client.ts";
import { createClient } from "./create-client.ts";
import type { Informer } from "./informer.ts";
import { kinds, type ConfigMap } from "./kinds.ts";
import { startLeaderElection } from "./leader-election.ts";
import { loadCredentials } from "./load-credentials.ts";
import type { KubernetesObject } from "./resource.ts";
import { startInformer } from "./start-informer.ts";

const namespace = "default";
const patiently = { timeout: 50_000, interval: 50 };
/** By how much kube-apiserver lets clocks differ when it reads tokens (go-jose `jwt.DefaultLeeway`). */
const leewaySeconds = 60;
const cluster = (group: string, plural: string, kind: string) => ({ group, version: "v1", plural, kind, namespaced: false });
const priorityLevels = cluster("flowcontrol.apiserver.k8s.io", "prioritylevelconfigurations", "PriorityLevelConfiguration");
const flowSchemas = cluster("flowcontrol.apiserver.k8s.io", "flowschemas", "FlowSchema");
const bindings = cluster("rbac.authorization.k8s.io", "clusterrolebindings", "ClusterRoleBinding");

describe.each(findAssets())("client and informer on kube-apiserver $version", (assets) => {
  let server: RealApiServer;
  let admin: KubernetesClient;
  let informer: Informer<ConfigMap> | undefined;
  const phases: string[] = [];
  const clients: KubernetesClient[] = [];

  beforeAll(async () => {
    // Compaction is what makes versions expire; by default every five minutes.
    server = await RealApiServer.start({ name: "one", assets, flags: { "etcd-compaction-interval": "1s" } });
    admin = createClient({ kubeconfig: server.kubeconfig });
  });
  afterEach(async () => {
    await informer?.stop();
    informer = undefined;
    phases.length = 0;
    for (const client of clients.splice(0)) await client.close();
  });
  afterAll(async () => {
    await admin.close();
    await server.stop();
  });

  const follow = async (client: KubernetesClient): Promise<Informer<ConfigMap>> => {
    informer = startInformer(client, kinds.configMaps, { namespace, onState: ({ phase }) => phases.push(phase) });
    await informer.synced();
    return informer;
  };
  const write = async (name: string, value: string): Promise<ConfigMap> => {
    const body = { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace, name }, data: { value } };
    return await admin.patch(kinds.configMaps, body.metadata, { type: "apply", body, force: true });
  };
  /** The cache holds what a list says, and nothing else. */
  const agrees = async (cache: Informer<ConfigMap>): Promise<void> => {
    const { items } = await admin.list(kinds.configMaps, { namespace });
    const by = (a: ConfigMap, b: ConfigMap): number => (a.metadata.name < b.metadata.name ? -1 : 1);
    expect([...cache.list()].toSorted(by)).toEqual(items.toSorted(by));
  };
  /** An account that may do everything but is not exempt from anything. Answers what makes tokens of it. */
  const account = async (name: string): Promise<(expiresInSeconds: number) => string> => {
    const binding = { metadata: { name }, roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "cluster-admin" }, subjects: [{ kind: "ServiceAccount", namespace, name }] };
    const { metadata } = await admin.create(kinds.serviceAccounts, { apiVersion: "v1", kind: "ServiceAccount", metadata: { namespace, name } });
    await admin.create(bindings, { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRoleBinding", ...binding } as KubernetesObject);
    return (expiresInSeconds) => server.accountToken({ namespace, name, uid: metadata.uid ?? "" }, expiresInSeconds);
  };
  /** Uid of the FlowSchema that a request falls under. */
  const flowSchemaOf = (url: string, authorization: string): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const asked = request(url, { ca: server.caPem, headers: { authorization }, agent: false }, (answer) => {
        answer.resume();
        resolve(answer.headers["x-kubernetes-pf-flowschema-uid"]);
      });
      asked.once("error", reject).end();
    });
  const clientOf = (token: string): KubernetesClient => {
    const client = createClient({ kubeconfig: server.kubeconfigFor(token) });
    clients.push(client);
    return client;
  };

  test("restart: the cache stays, says that it is stale, and follows again", async () => {
    await write("restart", "before");
    const cache = await follow(admin);
    await server.stopApi();
    await vi.waitFor(() => expect(cache.state.phase).toBe("stale"), patiently);
    expect(cache.get("default/restart")?.data).toEqual({ value: "before" });
    await server.startApi();
    await vi.waitFor(() => expect(cache.state.phase).toBe("live"), patiently);
    await write("restart", "after");
    await vi.waitFor(() => expect(cache.get("default/restart")?.data).toEqual({ value: "after" }), patiently);
  });

  test("watch expiry and compaction: watches that end every second, and versions that expire, lose nothing", async () => {
    const { metadata } = await write("early", "1");
    const hasty: KubernetesClient = Object.assign(Object.create(admin) as KubernetesClient, {
      watch: (type: never, options: never) => admin.watch(type, { ...(options as object), timeoutSeconds: 1 } as never),
      list: (type: never, options: never) => admin.list(type, options),
    });
    const cache = await follow(hasty);
    for (let round = 0; round < 40; round++) {
      await write(`round-${round % 7}`, String(round));
      if (round % 5 === 4) await admin.delete(kinds.configMaps, { namespace, name: `round-${(round + 3) % 7}` });
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    await vi.waitFor(() => agrees(cache), patiently);
    expect(phases).toEqual(["live"]);
    // The history before the last compaction is gone: a fresh watch cache does not have it either.
    await server.stopApi("SIGTERM");
    await server.startApi();
    const old = admin.watch(kinds.configMaps, { namespace, resourceVersion: metadata.resourceVersion ?? "", timeoutSeconds: 5 });
    await expect(old[Symbol.asyncIterator]().next()).rejects.toMatchObject({ name: "ApiError", code: 410, reason: "Expired" });
  });

  test("conflicting writers: each change of many is made once, and only one leads", async () => {
    await write("counted", "0");
    const count = async (): Promise<void> => {
      for (;;) {
        const before = await admin.get(kinds.configMaps, { namespace, name: "counted" });
        const next = { ...before, data: { value: String(Number(before.data?.["value"]) + 1) } };
        const done = await admin.replace(kinds.configMaps, next).catch((error: unknown) => {
          if (error instanceof ApiError && error.code === 409) return undefined;
          throw error;
        });
        if (done !== undefined) return;
      }
    };
    await Promise.all(Array.from({ length: 12 }, count));
    expect((await admin.get(kinds.configMaps, { namespace, name: "counted" })).data).toEqual({ value: "12" });

    let leaders = 0;
    let most = 0;
    let terms = 0;
    const elections = ["a", "b", "c"].map((identity) =>
      startLeaderElection({
        client: admin,
        namespace,
        name: "contested",
        identity,
        retryMs: 50,
        lead: async (signal) => {
          terms += 1;
          most = Math.max(most, (leaders += 1));
          await new Promise((resolve) => signal.addEventListener("abort", resolve));
          leaders -= 1;
        },
      }),
    );
    await vi.waitFor(() => expect(terms).toBe(1), patiently);
    await elections.find((election) => election.isLeader)?.stop();
    await vi.waitFor(() => expect(terms).toBe(2), patiently);
    await Promise.all(elections.map((election) => election.stop()));
    expect(most).toBe(1);
  });

  test("throttling: a client that is refused everything waits as asked, and goes on by itself", async () => {
    const secret = (await account("throttled"))(600);
    const client = clientOf(secret);
    const limited = { nominalConcurrencyShares: 0, lendablePercent: 0, borrowingLimitPercent: 0, limitResponse: { type: "Reject" } };
    const rules = [{ subjects: [{ kind: "ServiceAccount", serviceAccount: { namespace, name: "throttled" } }], resourceRules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"], clusterScope: true, namespaces: ["*"] }] }];
    const apiVersion = "flowcontrol.apiserver.k8s.io/v1";
    await admin.create(priorityLevels, { apiVersion, kind: "PriorityLevelConfiguration", metadata: { name: "nothing" }, spec: { type: "Limited", limited } } as KubernetesObject);
    const { metadata } = await admin.create(flowSchemas, { apiVersion, kind: "FlowSchema", metadata: { name: "nothing" }, spec: { matchingPrecedence: 2, priorityLevelConfiguration: { name: "nothing" }, rules } } as KubernetesObject);
    const url = `${server.server}/api/v1/namespaces/${namespace}/configmaps`;
    const authorization = `Bearer ${secret}`;
    await vi.waitFor(async () => expect(await flowSchemaOf(url, authorization)).toBe(metadata.uid), patiently);
    // Of a level without a share one request at a time is let in, so one that does not end keeps the others out.
    const headers = { authorization, "content-type": "application/json", "content-length": 1_000 };
    let endless: ClientRequest | undefined;
    const begin = (): ClientRequest => {
      const begun = request(url, { method: "POST", ca: server.caPem, headers, agent: false });
      const over = (): void => {
        if (endless === begun) endless = undefined;
        begun.destroy();
      };
      // An answer can only be that it came while another one was in.
      begun.on("response", over).on("error", over).write("{");
      return begun;
    };
    await vi.waitFor(() => {
      endless ??= begin();
      return expect(client.list(kinds.configMaps, { namespace })).rejects.toMatchObject({ code: 429, reason: "TooManyRequests", retryAfterSeconds: 1 });
    }, patiently);
    informer = startInformer(client, kinds.configMaps, { namespace });
    const cache = informer;
    await vi.waitFor(() => expect(cache.state).toMatchObject({ phase: "syncing", error: { code: 429 } }), patiently);
    endless?.destroy();
    await cache.synced();
    await agrees(cache);
    await admin.delete(flowSchemas, { name: "nothing" });
  });

  test("expired token: 401 until the file has a new one, then on without a restart", async () => {
    const token = await account("expiring");
    const folder = mkdtempSync(path.join(tmpdir(), "sluice-token-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const [kubeconfig, tokenFile] = [path.join(folder, "kubeconfig"), path.join(folder, "token")];
    writeFileSync(kubeconfig, server.kubeconfigFor("-").replace(/token: .*/, `tokenFile: ${tokenFile}`));
    writeFileSync(tokenFile, token(8 - leewaySeconds));
    let nowMs = Date.now();
    const client = createClient({ credentials: loadCredentials({ file: kubeconfig, now: () => nowMs }) });
    clients.push(client);
    const cache = await follow(client);
    const unauthorized = { code: 401, reason: "Unauthorized" };
    await vi.waitFor(() => expect(client.list(kinds.configMaps, { namespace })).rejects.toMatchObject(unauthorized), patiently);
    // A watch is asked for its token when it begins; only a new one finds out.
    expect(cache.state.phase).toBe("live");
    await server.stopApi();
    await server.startApi();
    await vi.waitFor(() => expect(cache.state).toMatchObject({ phase: "stale", error: unauthorized }), patiently);
    writeFileSync(tokenFile, token(600));
    nowMs += 61_000;
    await vi.waitFor(() => expect(cache.state.phase).toBe("live"), patiently);
    await agrees(cache);
  });

  test("changed certificate: a new one of the same authority is accepted, one of another is not", async () => {
    const cache = await follow(admin);
    server.renewCertificate();
    await server.stopApi();
    await server.startApi();
    await write("certificate", "new");
    await vi.waitFor(() => expect(cache.get("default/certificate")).toBeDefined(), patiently);
    const other = await RealApiServer.start({ name: "other", assets });
    const { caPem } = other;
    await other.stop();
    const stranger = createClient({ credentials: { server: server.server, authority: caPem, token: () => server.adminToken } });
    clients.push(stranger);
    await expect(stranger.list(kinds.configMaps)).rejects.toMatchObject({ name: "ConnectionError", code: "tls" });
  });

  test("restored from an old backup: the cache is what is stored then, though versions come again", async () => {
    await write("kept", "old");
    const backup = await server.backUp();
    const cache = await follow(admin);
    const later = await write("kept", "new");
    await write("lost", "1");
    await vi.waitFor(() => expect(cache.get("default/lost")).toBeDefined(), patiently);
    await server.restore(backup);
    await vi.waitFor(() => expect([cache.get("default/kept")?.data, cache.get("default/lost")]).toEqual([{ value: "old" }, undefined]), patiently);
    const again = await write("kept", "other");
    expect(Number(again.metadata.resourceVersion)).toBeLessThan(Number(later.metadata.resourceVersion) + 1_000);
    await vi.waitFor(() => agrees(cache), patiently);
    expect(cache.state).toEqual({ phase: "live" });
  });
});

import { statSync } from "node:fs";
import { createClient } from "@sluice/kubernetes/create-client";
import type { KubernetesClient } from "@sluice/kubernetes/client";
import { kinds, type Pod } from "@sluice/kubernetes/kinds";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startCluster, type SandboxCluster } from "../../sandbox-cluster.ts";

const soon = { timeout: 20_000, interval: 50 };
const namespace = "default";
let cluster: SandboxCluster;
let client: KubernetesClient;

beforeAll(async () => {
  cluster = await startCluster({ name: "volumes" });
  client = createClient({ kubeconfig: cluster.kubeconfig });
});
afterAll(async () => {
  await client.close();
  await cluster.stop();
});

const shell = (script: string, mounts: object[], more: object = {}) => ({ name: "app", image: "curlimages/curl", command: ["sh", "-c", script], volumeMounts: mounts, ...more });
const run = (name: string, spec: object, metadata: object = {}) => client.create(kinds.pods, { apiVersion: "v1", kind: "Pod", metadata: { name, namespace, ...metadata }, spec: { restartPolicy: "Never", ...spec } as unknown as Pod["spec"] });
const logOf = async (name: string): Promise<string> => (await client.raw(`/api/v1/namespaces/${namespace}/pods/${name}/log?container=app`)).text;
const untilPhase = (name: string, phase: string) => vi.waitFor(async () => expect((await client.get(kinds.pods, { namespace, name })).status?.phase).toBe(phase), soon);

describe("volumes", () => {
  it("has configMaps and secrets as files, whole or by their items", async () => {
    await client.create(kinds.configMaps, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings", namespace }, data: { "app.yaml": "level: 3", other: "unseen" } });
    await client.create(kinds.secrets, { apiVersion: "v1", kind: "Secret", metadata: { name: "keys", namespace }, stringData: { password: "s3cret" } });
    const script = 'ls /etc/settings; ls /etc/keys; cat "$SETTINGS"; echo; cat /etc/keys/password; echo; echo /etc/keys/password';
    await run("files", {
      containers: [shell(script, [{ name: "settings", mountPath: "/etc/settings" }, { name: "keys", mountPath: "/etc/keys" }], { env: [{ name: "SETTINGS", value: "/etc/settings/conf/app.yaml" }] })],
      volumes: [
        { name: "settings", configMap: { name: "settings", items: [{ key: "app.yaml", path: "conf/app.yaml" }] } },
        { name: "keys", secret: { secretName: "keys", defaultMode: 0o400 } },
      ],
    });
    await untilPhase("files", "Succeeded");
    const [path = "", ...before] = (await logOf("files")).trimEnd().split("\n").toReversed();
    expect(before.toReversed()).toEqual(["conf", "password", "level: 3", "s3cret"]);
    expect(statSync(path).mode & 0o777).toBe(0o400);
  });

  it("projects a token of the pod's account, fields of the pod and more into one folder", async () => {
    await client.create(kinds.serviceAccounts, { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "builder", namespace } });
    await run(
      "projected",
      {
        serviceAccountName: "builder",
        containers: [shell("cat /var/run/all/labels /var/run/all/name; echo; cat /var/run/all/token", [{ name: "all", mountPath: "/var/run/all/" }])],
        volumes: [
          {
            name: "all",
            projected: {
              sources: [
                { serviceAccountToken: { path: "token", expirationSeconds: 3600, audience: "https://kubernetes.default.svc.cluster.local" } },
                { downwardAPI: { items: [{ path: "labels", fieldRef: { fieldPath: "metadata.labels" } }, { path: "name", fieldRef: { fieldPath: "metadata.name" } }] } },
                { configMap: { name: "not-there", optional: true } },
              ],
            },
          },
        ],
      },
      { labels: { b: "2", a: "1" } },
    );
    await untilPhase("projected", "Succeeded");
    const [first, second, token = ""] = (await logOf("projected")).split("\n");
    expect([first, second]).toEqual(['a="1"', 'b="2"projected']);
    const account = createClient({ kubeconfig: cluster.kubeconfig.replace(/token: .*/, `token: ${token}`) });
    await expect(account.list(kinds.pods, { namespace })).rejects.toMatchObject({ code: 403, message: expect.stringContaining("system:serviceaccount:default:builder") as string });
    await account.close();
  });

  it("follows a configMap that changes", async () => {
    await client.create(kinds.configMaps, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "live", namespace }, data: { word: "before" } });
    await run("follower", { containers: [shell("until grep -q after /live/word; do sleep 0.1; done; ls /live | tr '\\n' ' '; cat /live/word", [{ name: "live", mountPath: "/live" }])], volumes: [{ name: "live", configMap: { name: "live" } }] });
    await untilPhase("follower", "Running");
    await client.patch(kinds.configMaps, { namespace, name: "live" }, { type: "merge", body: { data: { word: "after", added: "1" } } });
    await untilPhase("follower", "Succeeded");
    expect(await logOf("follower")).toBe("added word after\n");
  });

  it("waits for what does not exist yet, and says for what", async () => {
    await run("waiting", { containers: [shell("cat /late/word", [{ name: "late", mountPath: "/late" }])], volumes: [{ name: "late", configMap: { name: "late" } }] });
    await vi.waitFor(async () => {
      const { items } = await client.list(kinds.events, { namespace, fieldSelector: "involvedObject.name=waiting" });
      expect(items.find(({ reason }) => reason === "FailedMount")?.message).toContain('configmap "late" not found');
    }, soon);
    await client.create(kinds.configMaps, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "late", namespace }, data: { word: "here" } });
    await untilPhase("waiting", "Succeeded");
    expect(await logOf("waiting")).toBe("here\n");
  });

  const refused: [what: string, spec: object, message: string][] = [
    ["hostPath", { volumes: [{ name: "v", hostPath: { path: "/" } }], containers: [shell("true", [])] }, "the sandbox has no hostPath volumes; it has emptyDir"],
    ["a path out of the volume", { volumes: [{ name: "v", configMap: { name: "settings", items: [{ key: "other", path: "../other" }] } }], containers: [shell("true", [])] }, 'must be relative and without ".."'],
    ["a mount at the root", { volumes: [{ name: "v", emptyDir: {} }], containers: [shell("true", [{ name: "v", mountPath: "/" }])] }, "can't be / itself"],
    ["a mount of nothing", { containers: [shell("true", [{ name: "none", mountPath: "/none" }])] }, "not among the volumes"],
    ["a sidecar", { containers: [shell("true", [])], initContainers: [{ name: "side", image: "curlimages/curl", restartPolicy: "Always" }] }, "no sidecars"],
  ];
  it.each(refused)("refuses %s with the reason", async (what, spec, message) => {
    const { metadata } = await client.create(kinds.pods, { apiVersion: "v1", kind: "Pod", metadata: { name: `refused-${what.replaceAll(" ", "-").toLowerCase()}`, namespace }, spec: spec as Pod["spec"] });
    await vi.waitFor(async () => {
      const { status } = await client.get(kinds.pods, metadata);
      expect(JSON.stringify(status?.["containerStatuses"] ?? []) + JSON.stringify(status?.["initContainerStatuses"] ?? [])).toContain(JSON.stringify(message).slice(1, -1));
      expect(status?.phase).toBe("Pending");
    }, soon);
  });
});

describe("init containers", () => {
  it("run one after the other before the containers, and share their volumes", async () => {
    const step = (name: string, script: string) => ({ ...shell(script, [{ name: "shared", mountPath: "/shared" }]), name });
    await run("prepared", {
      volumes: [{ name: "shared", emptyDir: {} }],
      initContainers: [step("first", "sleep 0.3; echo one >> /shared/log"), step("second", "echo two >> /shared/log")],
      containers: [shell("cat /shared/log", [{ name: "shared", mountPath: "/shared" }])],
    });
    await untilPhase("prepared", "Succeeded");
    expect(await logOf("prepared")).toBe("one\ntwo\n");
    const { status } = await client.get(kinds.pods, { namespace, name: "prepared" });
    expect(status?.["initContainerStatuses"]).toMatchObject([
      { name: "first", ready: true, restartCount: 0, state: { terminated: { exitCode: 0, reason: "Completed" } } },
      { name: "second", ready: true },
    ]);
    expect(status?.conditions?.find(({ type }) => type === "Initialized")).toMatchObject({ status: "True" });
  });

  it("are tried again until they succeed; nothing else begins before", async () => {
    await client.create(kinds.pods, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "again", namespace },
      spec: {
        volumes: [{ name: "shared", emptyDir: {} }],
        initContainers: [{ ...shell("echo x >> /shared/tries; test $(wc -l < /shared/tries) -ge 2", [{ name: "shared", mountPath: "/shared" }]), name: "flaky" }],
        containers: [shell("echo started; sleep 365d", [])],
      } as Pod["spec"],
    });
    await untilPhase("again", "Running");
    const { status } = await client.get(kinds.pods, { namespace, name: "again" });
    expect(status?.["initContainerStatuses"]).toMatchObject([{ ready: true, restartCount: 1 }]);
    await vi.waitFor(async () => expect(await logOf("again")).toBe("started\n"), soon);
  });

  it("fail the pod that is never restarted, with what is left waiting", async () => {
    await run("broken", { initContainers: [{ ...shell("exit 3", []), name: "no" }], containers: [shell("true", [])] });
    await untilPhase("broken", "Failed");
    const { status } = await client.get(kinds.pods, { namespace, name: "broken" });
    expect(status?.conditions?.find(({ type }) => type === "Initialized")).toMatchObject({ status: "False", message: "containers with incomplete status: [no]" });
    expect(status?.["containerStatuses"]).toMatchObject([{ state: { waiting: { reason: "PodInitializing" } } }]);
  });
});

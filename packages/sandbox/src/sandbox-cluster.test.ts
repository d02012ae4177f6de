import { execFile, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { createClient } from "@sluice/kubernetes/create-client";
import type { KubernetesClient } from "@sluice/kubernetes/client";
import { kinds, type Deployment, type EndpointSlice, type Pod, type Service } from "@sluice/kubernetes/kinds";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { findKubectl } from "../contract/run-kubectl.ts";
import { claimSubnet } from "./claim-subnet.ts";
import { startCluster, type SandboxCluster } from "./sandbox-cluster.ts";

const kubectlPath = findKubectl();
const hasKubectl = kubectlPath !== undefined;
const soon = { timeout: 20_000, interval: 30 };

let cluster: SandboxCluster;
let client: KubernetesClient;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(`${tmpdir()}/sandbox-test-`);
  cluster = await startCluster({ name: "test" });
  client = createClient({ kubeconfig: cluster.kubeconfig });
  writeFileSync(`${folder}/kubeconfig`, cluster.kubeconfig);
});
afterAll(async () => {
  await client.close();
  await cluster.stop();
  rmSync(folder, { recursive: true });
});

const container = (text: string): Pod["spec"]["containers"][number] => ({
  name: "app",
  image: "flomesh/pipy:latest",
  ports: [{ containerPort: 8080 }],
  command: ["pipy", "-e", `pipy().listen(8080).serveHTTP(new Message('${text}'))`],
});
const deployment = (name: string, replicas: number, more: object = {}): Deployment => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name, namespace: "default" },
  spec: { replicas, selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: { containers: [{ ...container(name), ...more }] } } },
});
const service = (name: string, port = 8080): Service => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name, namespace: "default" },
  spec: { selector: { app: name }, ports: [{ port, targetPort: 8080 }] },
});
const podsOf = async (name: string): Promise<Pod[]> => (await client.list(kinds.pods, { namespace: "default", labelSelector: `app=${name}` })).items;
const readyPods = async (name: string): Promise<Pod[]> =>
  (await podsOf(name)).filter((pod) => pod.metadata.deletionTimestamp === undefined && pod.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True"));
const untilReady = async (name: string, count: number): Promise<void> => vi.waitFor(async () => expect(await readyPods(name)).toHaveLength(count), soon);
const addressOf = async (name: string): Promise<string> => (await client.get(kinds.services, { namespace: "default", name })).spec.clusterIP ?? "";

async function get(host: string, port = 8080, path = "/"): Promise<string> {
  return await new Promise((resolve, reject) => {
    const call = request({ host, port, path, agent: false }, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.once("end", () => resolve(text));
    });
    call.once("error", reject);
    call.end();
  });
}

describe("workloads", () => {
  it("brings a deployment up, scales it, rolls it out anew, and takes it away", async () => {
    await client.create(kinds.deployments, deployment("web", 1));
    await client.create(kinds.services, service("web"));
    await untilReady("web", 1);
    const ip = await addressOf("web");
    await vi.waitFor(async () => expect(await get(ip)).toBe("web"), soon);

    await client.patch(kinds.deployments, { namespace: "default", name: "web" }, { type: "merge", body: { spec: { replicas: 2 } } });
    await untilReady("web", 2);
    const before = (await podsOf("web")).map(({ metadata }) => metadata.uid);

    await client.patch(kinds.deployments, { namespace: "default", name: "web" }, { type: "merge", body: { spec: { template: { metadata: { annotations: { "kubectl.kubernetes.io/restartedAt": "now" } } } } } });
    await vi.waitFor(async () => {
      const pods = await podsOf("web");
      expect(pods).toHaveLength(2);
      expect(pods.some(({ metadata }) => before.includes(metadata.uid))).toBe(false);
      const { status, metadata } = await client.get(kinds.deployments, { namespace: "default", name: "web" });
      expect(status).toMatchObject({ updatedReplicas: 2, availableReplicas: 2, replicas: 2, observedGeneration: metadata.generation });
    }, soon);
    expect(await get(ip)).toBe("web");

    await client.delete(kinds.deployments, { namespace: "default", name: "web" }, { propagationPolicy: "Background" });
    await vi.waitFor(async () => expect(await podsOf("web")).toEqual([]), soon);
    await vi.waitFor(async () => expect(get(ip)).rejects.toMatchObject({ code: "ECONNREFUSED" }), soon);
  });

  it("says which images there are", async () => {
    await client.create(kinds.pods, { apiVersion: "v1", kind: "Pod", metadata: { name: "unknown", namespace: "default" }, spec: { containers: [{ name: "app", image: "nginx:1.29" }] } });
    await vi.waitFor(async () => {
      const { status } = await client.get(kinds.pods, { namespace: "default", name: "unknown" });
      expect(status?.phase).toBe("Pending");
      expect(status?.["containerStatuses"]).toMatchObject([{ ready: false, state: { waiting: { reason: "ImagePullBackOff", message: expect.stringContaining("flomesh/pipy") as string } } }]);
    }, soon);
    await client.delete(kinds.pods, { namespace: "default", name: "unknown" }, { gracePeriodSeconds: 0 });
  });

  it("honours probes: not ready without, restarted by liveness", async () => {
    await client.create(kinds.deployments, deployment("probed", 1, { readinessProbe: { httpGet: { path: "/", port: 8080 }, periodSeconds: 1 } }));
    await client.create(kinds.deployments, deployment("deaf", 1, { readinessProbe: { tcpSocket: { port: 9999 }, periodSeconds: 1 }, livenessProbe: { exec: { command: ["false"] }, periodSeconds: 1, failureThreshold: 1 } }));
    await untilReady("probed", 1);
    await vi.waitFor(async () => {
      const [pod] = await podsOf("deaf");
      const [status] = (pod?.status?.["containerStatuses"] ?? []) as { restartCount: number; ready: boolean }[];
      expect(status?.restartCount).toBeGreaterThan(0);
      expect(status?.ready).toBe(false);
    }, soon);
    for (const name of ["probed", "deaf"]) await client.delete(kinds.deployments, { namespace: "default", name });
  });
});

describe("services", () => {
  const slice = (name: string, endpoints: EndpointSlice["endpoints"], port: number): EndpointSlice => ({
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: `${name}-own`, namespace: "default", labels: { "kubernetes.io/service-name": name, "endpointslice.kubernetes.io/managed-by": "sluice.dev" } },
    addressType: "IPv4",
    endpoints,
    ports: [{ name: "", port, protocol: "TCP" }],
  });

  it("falls back to terminating endpoints only without ready ones, and leaves open connections where they are", async () => {
    const answering = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.on("data", (data) => socket.write(`standby ${data.toString()}`));
    });
    await new Promise<void>((resolve) => answering.listen(0, "127.0.0.1", resolve));
    const { port } = answering.address() as { port: number };
    await client.create(kinds.deployments, deployment("kept", 1));
    await client.create(kinds.services, service("kept"));
    await untilReady("kept", 1);
    await client.create(kinds.endpointSlices, slice("kept", [{ addresses: ["127.0.0.1"], conditions: { ready: false, serving: true, terminating: true } }], port));
    const ip = await addressOf("kept");
    await vi.waitFor(async () => expect(await get(ip)).toBe("kept"), soon);
    for (let round = 0; round < 10; round += 1) expect(await get(ip)).toBe("kept");

    await client.patch(kinds.deployments, { namespace: "default", name: "kept" }, { type: "merge", body: { spec: { replicas: 0 } } });
    await vi.waitFor(async () => expect(await podsOf("kept")).toEqual([]), soon);
    const open = await new Promise<Socket>((resolve, reject) => {
      const socket = connect({ host: ip, port: 8080 }, () => resolve(socket));
      socket.once("error", reject);
    });
    const ask = async (text: string): Promise<string> => {
      open.write(text);
      return await new Promise((resolve) => open.once("data", (data) => resolve(data.toString())));
    };
    expect(await ask("one")).toBe("standby one");
    await client.patch(kinds.deployments, { namespace: "default", name: "kept" }, { type: "merge", body: { spec: { replicas: 1 } } });
    await untilReady("kept", 1);
    await vi.waitFor(async () => expect(await get(ip)).toBe("kept"), soon);
    expect(await ask("two")).toBe("standby two");
    open.destroy();
    answering.close();
    await client.delete(kinds.deployments, { namespace: "default", name: "kept" });
  });

  it("has no listener below 1024, and says so in an Event", async () => {
    const created = await client.create(kinds.services, service("low", 80));
    await vi.waitFor(async () => {
      const { items } = await client.list(kinds.events, { namespace: "default" });
      expect(items.filter(({ involvedObject, reason }) => involvedObject.uid === created.metadata.uid && reason === "PortBelow1024")).toHaveLength(1);
    }, soon);
  });
});

describe.runIf(hasKubectl)("kubectl", () => {
  const kubectl = async (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
    await new Promise((resolve) =>
      execFile(kubectlPath ?? "", ["--kubeconfig", `${folder}/kubeconfig`, ...args], { timeout: 25_000 }, (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr })),
    );

  it("runs curl in a pod by the service's name, with the account of the pod", async () => {
    await client.create(kinds.deployments, deployment("named", 1));
    await client.create(kinds.services, service("named", 80));
    await client.create(kinds.pods, { apiVersion: "v1", kind: "Pod", metadata: { name: "caller", namespace: "default", labels: { app: "caller" } }, spec: { containers: [{ name: "curl", image: "curlimages/curl", command: ["sleep", "365d"] }] } });
    const waited = await kubectl("wait", "--for=condition=ready", "pod", "caller", "--timeout=20s");
    expect(waited.code).toBe(0);
    await untilReady("named", 1);
    const inPod = (...command: string[]) => kubectl("exec", "caller", "-c", "curl", "--", ...command);
    await vi.waitFor(async () => expect(await inPod("curl", "-s", "http://named.default/")).toMatchObject({ code: 0, stdout: "named" }), soon);
    expect((await inPod("curl", "-s", "http://nobody.default:8080/")).code).toBe(6);
    expect((await inPod("curl", "--no-such-flag", "http://named/")).code).toBe(2);
    const { stdout: path } = await inPod("sh", "-c", "echo $KUBECONFIG");
    expect(statSync(path.trim()).mode & 0o777).toBe(0o600);
    const account = createClient({ kubeconfig: readFileSync(path.trim(), "utf8") });
    await expect(account.list(kinds.pods, { namespace: "default" })).rejects.toMatchObject({ code: 403, message: expect.stringContaining("system:serviceaccount:default:default") as string });
    await account.close();
    const logs = await kubectl("logs", "deploy/named");
    expect(logs.stdout).toContain("serving on");
    await client.delete(kinds.pods, { namespace: "default", name: "caller" }, { gracePeriodSeconds: 1 });
    await vi.waitFor(() => expect(existsSync(path.trim())).toBe(false), soon);
  });
});

const hasScript = spawnSync("script", ["--version"]).status === 0;
if (!hasScript) console.info("script (util-linux) is not in PATH: the test of kubectl exec -it is skipped, since kubectl asks for a terminal only when it has one");

describe.runIf(hasKubectl && hasScript)("kubectl exec -it", () => {
  it("gives a shell a terminal with echo, prompt, size and exit code", async () => {
    await client.create(kinds.pods, { apiVersion: "v1", kind: "Pod", metadata: { name: "shell", namespace: "default" }, spec: { containers: [{ name: "curl", image: "curlimages/curl", command: ["sleep", "365d"] }] } });
    await vi.waitFor(async () => expect((await client.get(kinds.pods, { namespace: "default", name: "shell" })).status?.phase).toBe("Running"), soon);
    const command = `stty rows 33 cols 111; ${kubectlPath} --kubeconfig ${folder}/kubeconfig exec -it shell -c curl -- sh`;
    const child = spawn("script", ["-qec", command, "/dev/null"], { stdio: ["pipe", "pipe", "inherit"] });
    let screen = "";
    child.stdout.on("data", (chunk: Buffer) => (screen += chunk.toString()));
    const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
    const type = async (keys: string, shows: RegExp): Promise<void> => {
      child.stdin.write(keys);
      await vi.waitFor(() => expect(screen).toMatch(shows), soon);
    };
    try {
      await type("", /[#$] $/);
      await type("test -t 0 && test -t 1 && echo 'a terminal'\r", /\na terminal\r\n/);
      await type("until [ \"$(stty size)\" = '33 111' ]; do sleep 0.1; done; echo 'the size'\r", /\nthe size\r\n/);
      await type("sleep 100\r\u0003", /\^C/);
      child.stdin.write("exit 7\r");
      expect(await exited).toBe(7);
    } finally {
      child.kill("SIGKILL");
      await client.delete(kinds.pods, { namespace: "default", name: "shell" }, { gracePeriodSeconds: 0 });
    }
  });
});

describe("one address for everything", () => {
  it("keeps the addresses of pods and services, which only its processes find, all behind 127.0.0.1", async () => {
    const single = await startCluster({ name: "single", singleAddress: true });
    const other = createClient({ kubeconfig: single.kubeconfig });
    const log = async (pod: string) => (await other.raw(`/api/v1/namespaces/default/pods/${pod}/log`)).text;
    const loop = (url: string) => ["sh", "-c", `until curl -s -f ${url}; do sleep 0.1; done; sleep 365d`];
    const caller = (name: string, command: string[]) =>
      other.create(kinds.pods, { apiVersion: "v1", kind: "Pod", metadata: { name, namespace: "default" }, spec: { containers: [{ name: "curl", image: "curlimages/curl", command }] } });
    try {
      // Two pods that listen at the same port, as everywhere else.
      await other.create(kinds.deployments, deployment("one", 2, { readinessProbe: { httpGet: { path: "/", port: 8080 }, periodSeconds: 1 } }));
      const { spec } = await other.create(kinds.services, service("one"));
      await caller("by-name", loop("http://one:8080/"));
      await caller("by-address", loop(`http://${spec.clusterIP}:8080/`));
      for (const pod of ["by-name", "by-address"]) await vi.waitFor(async () => expect(await log(pod)).toContain("one"), soon);
      const addresses = await vi.waitFor(async () => {
        const { items } = await other.list(kinds.endpointSlices, { namespace: "default", labelSelector: "kubernetes.io/service-name=one" });
        const ready = items.flatMap(({ endpoints }) => endpoints.flatMap((endpoint) => (endpoint.conditions?.ready === true ? endpoint.addresses : [])));
        expect(new Set(ready).size).toBe(2);
        return ready;
      }, soon);
      const [pod] = (await other.list(kinds.pods, { namespace: "default", labelSelector: "app=one" })).items;
      expect((await other.raw(`/api/v1/namespaces/default/pods/${pod?.metadata.name}:8080/proxy/`)).text).toBe("one");
      // Nothing is bound there, so that it also runs where the system has 127.0.0.1 only. To be seen only where no other
      // cluster of this machine has the range with addresses of its own.
      const number = Number(spec.clusterIP?.split(".")[1]);
      const range = await claimSubnet({ wanted: number, singleAddress: false }).catch(() => undefined);
      const dialled = range === undefined ? [] : [...addresses, spec.clusterIP ?? ""];
      for (const address of dialled) await expect(get(address)).rejects.toMatchObject({ code: "ECONNREFUSED" });
      // Where Linux lists its sockets: none but the lock of the range listens there; addresses are written backwards in hexadecimal digits.
      const sockets = range !== undefined && existsSync("/proc/net/tcp") ? readFileSync("/proc/net/tcp", "utf8").split("\n").slice(1) : [];
      const listening = sockets.map((line) => line.trim().split(/\s+/)).filter(([, , , state]) => state === "0A").map(([, address = ""]) => address);
      expect(listening.filter((address) => address.includes(`${number.toString(16).toUpperCase().padStart(2, "0")}7F:`) && !address.startsWith("FEFF"))).toEqual([]);
      await range?.release();
    } finally {
      await other.close();
      await single.stop();
    }
  });
});

describe("the state in a folder", () => {
  it("begins the pods anew on a second start", async () => {
    const first = await startCluster({ name: "stored", dir: `${folder}/stored` });
    const before = createClient({ kubeconfig: first.kubeconfig });
    await before.create(kinds.pods, { apiVersion: "v1", kind: "Pod", metadata: { name: "lasting", namespace: "default" }, spec: { containers: [container("again")] } });
    const ipOf = (client: KubernetesClient) =>
      vi.waitFor(async () => {
        const { status } = await client.get(kinds.pods, { namespace: "default", name: "lasting" });
        expect(await get(status?.podIP ?? "none")).toBe("again");
        return status?.podIP ?? "";
      }, soon);
    const ip = await ipOf(before);
    await before.close();
    await first.stop();
    await expect(get(ip)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    const second = await startCluster({ name: "stored", dir: `${folder}/stored` });
    const after = createClient({ kubeconfig: second.kubeconfig });
    await ipOf(after);
    await after.close();
    await second.stop();
  });
});

describe("the end", () => {
  it("leaves no process, no listener and no lock", async () => {
    const brief = await startCluster({ name: "brief" });
    const other = createClient({ kubeconfig: brief.kubeconfig });
    await other.create(kinds.deployments, deployment("last", 1));
    await other.create(kinds.services, service("last"));
    const pod = await vi.waitFor(async () => {
      const [found] = (await other.list(kinds.pods, { namespace: "default" })).items;
      expect(found?.status?.conditions?.find(({ type }) => type === "Ready")?.status).toBe("True");
      return found;
    }, soon);
    const ip = (await other.get(kinds.services, { namespace: "default", name: "last" })).spec.clusterIP ?? "";
    await other.close();
    await brief.stop();
    await expect(get(pod?.status?.podIP ?? "")).rejects.toMatchObject({ code: "ECONNREFUSED" });
    await expect(get(ip)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    const number = ip.split(".")[1] ?? "";
    await expect(get(`127.${number}.255.254`, 47_823)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });
});

import { execFileSync, spawn } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { createInterface } from "node:readline";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../ground/eventually.ts";
import { manifest } from "../story/story.ts";
import { anyKubectl, type RealGround, startRealGround } from "./ground.ts";
import { killAll } from "./host/processes.ts";
import { setId } from "./set/cluster-set.ts";
import type { RecordedProcess } from "./set/state.ts";

const members = ["1-23", "1-25"];
const hello = (cluster: string) => `Hi, I am from ${cluster} and controlled by mesh!`;

/** Answers who it is; on /stream a line every 200 ms until the caller leaves. */
const server = `require("http").createServer((q, s) => { if (q.url !== "/stream") return s.end(process.env.HOSTNAME + "\\n");
  let i = 0; const t = setInterval(() => s.write(JSON.stringify({ i: i++ }) + "\\n"), 200); s.on("close", () => clearInterval(t)); }).listen(8080)`;
const whoami = `apiVersion: apps/v1
kind: Deployment
metadata: { name: whoami, namespace: httpbin }
spec:
  replicas: 3
  selector: { matchLabels: { app: whoami } }
  template:
    metadata: { labels: { app: whoami } }
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: whoami
          image: flomesh/pipy
          command: [node, -e, ${JSON.stringify(server)}]
          readinessProbe: { httpGet: { path: /, port: 8080 }, periodSeconds: 1 }
---
apiVersion: v1
kind: Service
metadata: { name: whoami, namespace: httpbin }
spec:
  type: NodePort
  selector: { app: whoami }
  ports: [{ port: 80, targetPort: 8080, nodePort: 30080 }]
`;

describe("two clusters of different minors on this machine", () => {
  let ground: RealGround;
  let folder: string;
  beforeAll(async () => {
    ground = await startRealGround(members, "1-23=2");
    if (ground.folder === undefined) throw new Error("this test is about clusters of its own: unset SLUICE_E2E_KUBECONFIG");
    folder = ground.folder;
    await Promise.all(members.map(async (cluster) => {
      const kubectl = ground.kubectl(cluster);
      for (const name of ["httpbin", "curl"]) await kubectl.run(["create", "namespace", name]);
      await kubectl.apply(manifest("1-23/httpbin.yaml").replaceAll("1-23", cluster));
      await kubectl.apply(manifest("curl.yaml"));
      await kubectl.apply(whoami);
      for (const name of ["httpbin", "curl"]) {
        await kubectl.run(["wait", "--for=create", "pod", "-l", name === "curl" ? "app=curl" : "app=pipy", "-n", name, "--timeout=60s"], { timeoutMs: 90_000 });
        await kubectl.run(["wait", "--for=condition=ready", "pod", "--all", "-n", name, "--timeout=180s"], { timeoutMs: 200_000 });
      }
    }));
  }, 1_800_000);
  afterAll(() => ground?.stop(), 150_000);

  const curl = (cluster: string, ...args: string[]) => ground.kubectl(cluster).run(["exec", "-n", "curl", "deploy/curl", "-c", "curl", "--", "curl", "-s", "--max-time", "20", ...args]);
  const podOf = (cluster: string, app: string) => ground.kubectl(cluster).run(["get", "pod", "-n", "httpbin", "-l", `app=${app}`, "-o", "jsonpath={.items[0].metadata.name}"]);
  const recorded = () => (JSON.parse(readFileSync(path.join(folder, "state.json"), "utf8")) as { processes: RecordedProcess[] }).processes;

  test("their nodes are ready, each with the version of its cluster", async () => {
    const versions = (cluster: string) => ground.kubectl(cluster).run(["get", "nodes", "-o", "jsonpath={.items[*].status.nodeInfo.kubeletVersion}"]);
    expect(await versions("1-23")).toMatch(/^v1\.35\.\d+ v1\.35\.\d+$/);
    expect(await versions("1-25")).toMatch(/^v1\.36\.\d+$/);
  });

  // Pods are ready a moment before kube-proxy has programmed its rules for them; until then connections are refused.
  test.each(members)("%s: the story's caller gets its answer by the service's name", async (cluster) => {
    await eventually("kube-proxy's rules", async () => expect((await curl(cluster, "http://httpbin.httpbin:8080/")).trim()).toBe(hello(cluster)));
  });

  test.each(members)("%s: kube-proxy balances new connections over all pods, on every node", async (cluster) => {
    const pods = await ground.kubectl(cluster).run(["get", "pod", "-n", "httpbin", "-l", "app=whoami", "-o", "jsonpath={.items[*].metadata.name}"]);
    await eventually("kube-proxy's rules", async () => {
      const answers = await ground.kubectl(cluster).run(["exec", "-n", "curl", "deploy/curl", "-c", "curl", "--", "sh", "-c", "i=0; while [ $i -lt 60 ]; do curl -s http://whoami.httpbin/ || echo failed; i=$((i+1)); done"]);
      expect([...new Set(answers.trim().split("\n"))].toSorted()).toEqual(pods.split(" ").toSorted());
    });
  });

  test("a pod of one cluster reaches the other's nodes", async () => {
    for (const [from, to] of [["1-23", "1-25"], ["1-25", "1-23"]] as const) {
      for (const address of await ground.nodeAddresses(to)) await eventually(`kube-proxy's rules on ${address}`, async () => expect(await curl(from, `http://${address}:30080/`)).toMatch(/^whoami-/));
    }
  });

  test.each(members)("%s: logs, port-forward, and pods/proxy that streams", async (cluster) => {
    const kubectl = ground.kubectl(cluster);
    expect(await kubectl.run(["logs", "-n", "httpbin", "deploy/httpbin"])).toContain("serving on");
    const pod = await podOf(cluster, "whoami");
    expect(await kubectl.run(["get", "--raw", `/api/v1/namespaces/httpbin/pods/${pod}:8080/proxy/`])).toBe(`${pod}\n`);
    // The first lines come while the answer goes on: nothing on the way keeps them back.
    expect(await firstLines(["get", "--raw", `/api/v1/namespaces/httpbin/pods/${pod}:8080/proxy/stream`], cluster, 3)).toEqual([`{"i":0}`, `{"i":1}`, `{"i":2}`]);
    const forward = spawn(anyKubectl(), ["--kubeconfig", ground.kubeconfig, "--context", cluster, "port-forward", "-n", "httpbin", `pod/${pod}`, ":8080"], { stdio: ["ignore", "pipe", "inherit"] });
    try {
      const [line = ""] = await linesOf(forward.stdout, 1);
      const port = /127\.0\.0\.1:(\d+)/.exec(line)?.[1];
      expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe(`${pod}\n`);
    } finally {
      forward.kill();
    }
  });

  test("a node is drained, and its pods stand on the other one", async () => {
    const kubectl = ground.kubectl("1-23");
    await kubectl.run(["drain", "1-23-2", "--ignore-daemonsets", "--delete-emptydir-data", "--force", "--timeout=120s"], { timeoutMs: 150_000 });
    await eventually("every pod on 1-23-1", async () => {
      await kubectl.run(["rollout", "status", "deployment/whoami", "-n", "httpbin", "--timeout=60s"]);
      expect(new Set((await kubectl.run(["get", "pod", "-A", "-o", "jsonpath={.items[*].spec.nodeName}"])).split(" "))).toEqual(new Set(["1-23-1"]));
    }, 120_000);
    await kubectl.run(["uncordon", "1-23-2"]);
  });

  test("what was killed lives again after `up`, and nothing else was touched", async () => {
    const before = recorded();
    const killed = before.filter(({ place, program }) => place === "1-25-1" && (program === "kube-apiserver" || program === "kubelet"));
    expect(killed).toHaveLength(2);
    await killAll(killed);
    await ground.mend();
    const after = new Set(recorded().map(({ pid }) => pid));
    expect(before.filter(({ pid }) => !after.has(pid))).toEqual(killed);
    expect(after.size).toBe(before.length);
    await eventually("the answer after the restart", async () => expect((await curl("1-25", "http://httpbin.httpbin:8080/")).trim()).toBe(hello("1-25")));
  });

  test("`down` leaves nothing", { timeout: 150_000 }, async () => {
    await ground.stop();
    expect(existsSync(folder)).toBe(false);
    const naming = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && commandLine(name).includes(folder));
    expect(naming.map(commandLine)).toEqual([]);
    expect(readFileSync("/proc/mounts", "utf8")).not.toContain(folder);
    const id = setId(folder);
    expect(execFileSync("ip", ["netns", "list"], { encoding: "utf8" })).not.toContain(id);
    expect(readFileSync("/proc/net/dev", "utf8")).not.toContain(id);
    expect(readdirSync("/sys/fs/cgroup").filter((name) => existsSync(path.join("/sys/fs/cgroup", name, `sluice-${id}`)))).toEqual([]);
    // Once more is no error.
    await ground.stop();
  });

  async function firstLines(args: readonly string[], cluster: string, count: number): Promise<string[]> {
    const child = spawn(anyKubectl(), ["--kubeconfig", ground.kubeconfig, "--context", cluster, ...args], { stdio: ["ignore", "pipe", "inherit"] });
    try {
      return await linesOf(child.stdout, count);
    } finally {
      child.kill();
    }
  }
});

/** Empty for a process that has just ended. */
function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}

/** The first `count` lines, as soon as they are there. */
async function linesOf(stream: NodeJS.ReadableStream, count: number): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: stream })) {
    lines.push(line);
    if (lines.length === count) break;
  }
  return lines;
}

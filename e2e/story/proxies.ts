import { execFileSync } from "node:child_process";
import { eventually } from "../ground/eventually.ts";
import type { Ground } from "../ground/ground.ts";
import type { StoryGround } from "./story.ts";

const namespace = "sluice-system";
const label = "app.kubernetes.io/name=sluice-proxy";

interface ProxyShape {
  replicas: number;
  /** Of `--ramp-up-seconds`. */
  rampUpSeconds?: number;
  /** False: no probe of the kubelet takes a proxy out, or ends it, within the test. */
  probed?: boolean;
}

interface Deployment {
  metadata: { generation: number };
  spec: { template: { spec: { containers: { name: string; args: string[] }[] } } };
  status?: { observedGeneration?: number; replicas?: number; updatedReplicas?: number; readyReplicas?: number };
}

/** The cluster's proxies are as asked for, all of them ready, and none is left of before. Their names, in order. */
export async function givenProxies(ground: Ground, cluster: string, { replicas, rampUpSeconds, probed = true }: ProxyShape): Promise<string[]> {
  const kubectl = ground.kubectl(cluster);
  const before = await kubectl.json<Deployment>(["get", "deployment", "sluice-proxy", "-n", namespace]);
  const [{ name, args } = { name: "", args: [] }] = before.spec.template.spec.containers;
  const ramp = rampUpSeconds === undefined ? [] : ["--ramp-up-seconds", String(rampUpSeconds)];
  const failures = probed ? {} : { readinessProbe: { failureThreshold: 10_000 }, livenessProbe: { failureThreshold: 10_000 } };
  const patch = { spec: { replicas, template: { spec: { containers: [{ name, args: [...args, ...ramp], ...failures }] } } } };
  await kubectl.run(["patch", "deployment", "sluice-proxy", "-n", namespace, "-p", JSON.stringify(patch)]);
  return await eventually(`${replicas} proxies as asked for in ${cluster}`, async () => {
    const { metadata, status = {} } = await kubectl.json<Deployment>(["get", "deployment", "sluice-proxy", "-n", namespace]);
    const names = await proxyPods(ground, cluster);
    const done = status.observedGeneration === metadata.generation && [status.replicas, status.updatedReplicas, status.readyReplicas, names.length].every((count) => count === replicas);
    if (!done) throw new Error(`${JSON.stringify(status)}, ${names.join(", ")}`);
    return names.toSorted();
  }, 120_000);
}

/** Proxies of the cluster that its service network may send httpbin's callers to, in order. */
export async function proxiesInPath(ground: StoryGround, cluster: string): Promise<string[]> {
  const { items } = await ground.kubectl(cluster).json<{ items: { endpoints: { conditions: { ready?: boolean }; targetRef?: { name: string } }[] }[] }>([
    "get", "endpointslices", "-n", "httpbin", "-l", "kubernetes.io/service-name=httpbin,endpointslice.kubernetes.io/managed-by=sluice.dev",
  ]);
  const ready = items.flatMap(({ endpoints }) => endpoints ?? []).filter(({ conditions }) => conditions.ready === true);
  return [...new Set(ready.map(({ targetRef }) => targetRef?.name ?? ""))].toSorted();
}

/** Everything that a proxy of the cluster counts, as Prometheus text. */
export function metricsOf(ground: StoryGround, cluster: string, pod: string): Promise<string> {
  return ground.kubectl(cluster).run(["get", "--raw", `/api/v1/namespaces/${namespace}/pods/${pod}:9081/proxy/metrics`]);
}

/** Requests that a proxy of the cluster has accepted and not ended, as its metrics tell. */
export async function requestsInFlight(ground: Ground, cluster: string, pod: string): Promise<number> {
  return await metricOf(ground, cluster, pod, /^sluice_proxy_in_flight\{/);
}

/** Connections of callers in the cluster that its proxies have carried as tunnels since they began. */
export async function tunnelsMade(ground: StoryGround, cluster: string): Promise<number> {
  const pods = await proxyPods(ground, cluster);
  const made = await Promise.all(pods.map((pod) => metricOf(ground, cluster, pod, /^sluice_proxy_tunnels_total\{.*role="service"/)));
  return made.reduce((sum, tunnels) => sum + tunnels, 0);
}

async function proxyPods(ground: StoryGround, cluster: string): Promise<string[]> {
  const names = await ground.kubectl(cluster).run(["get", "pods", "-n", namespace, "-l", label, "-o", "name"]);
  return names.trim().split("\n").map((line) => line.replace("pod/", ""));
}

/** Sum of the metric's series that begin so. */
async function metricOf(ground: StoryGround, cluster: string, pod: string, series: RegExp): Promise<number> {
  const lines = (await metricsOf(ground, cluster, pod)).split("\n").filter((line) => series.test(line));
  return lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
}

/** Signals the process of a proxy's container, which the sandbox runs on this machine. */
export function signalProxy(pod: string, signal: "SIGSTOP" | "SIGCONT" | "SIGKILL"): void {
  // With "e" ps tells each process's environment after its command.
  const lines = execFileSync("ps", ["axeww", "-o", "pid=,command="], { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 }).split("\n");
  const pids = lines.filter((line) => line.includes("packages/proxy/src/main.ts") && line.includes(` POD_NAME=${pod} `)).map((line) => Number(line.trim().split(" ")[0]));
  if (pids.length === 0) throw new Error(`no process of ${pod} is there`);
  for (const pid of pids) process.kill(pid, signal);
}

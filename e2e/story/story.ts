import { readFileSync } from "node:fs";
import { eventually } from "../ground/eventually.ts";
import type { Kubectl } from "../ground/kubectl.ts";

/** Where the story is told: on the sandbox, or on real clusters. */
export interface StoryGround {
  /** kubectl for a cluster by its name; `control-plane` for the control plane. */
  kubectl(context: string): Kubectl;
  /** How many proxies a member has: each splits its own requests exactly. Default 1. */
  readonly proxies?: number;
  /** Connections follow the slices a moment after these change, as on kube-proxy; otherwise at once. */
  readonly followsLater?: boolean;
}

/** What must hold at once, or where connections follow the slices later, as soon as they have. */
export async function onceFollowed(ground: StoryGround, what: string, probe: () => Promise<void>): Promise<void> {
  await (ground.followsLater === true ? eventually(what, probe) : probe());
}

/** A manifest of the story, as it stands in the examples. */
export function manifest(name: string): string {
  return readFileSync(new URL(`../../examples/cluster-upgrade/${name}`, import.meta.url), "utf8");
}

export function greetingOf(cluster: string): string {
  return `Hi, I am from ${cluster} and controlled by mesh!`;
}

function httpbinManifest(cluster: string): string {
  return manifest("1-23/httpbin.yaml").replaceAll("1-23", cluster);
}

/** httpbin stands in the cluster and is ready. */
export async function givenHttpbin(ground: StoryGround, cluster: string): Promise<void> {
  const kubectl = ground.kubectl(cluster);
  await createNamespace(ground, cluster, "httpbin");
  await kubectl.apply(httpbinManifest(cluster));
  await kubectl.run(["scale", "deploy", "httpbin", "-n", "httpbin", "--replicas", "1"]);
  await eventually(`httpbin ready in ${cluster}`, () =>
    kubectl.run(["wait", "--for=condition=ready", "pod", "--all", "-n", "httpbin", "--timeout=30s"]),
  );
}

/** The curl pod stands in the cluster and is ready. */
export async function givenCurl(ground: StoryGround, cluster: string): Promise<void> {
  const kubectl = ground.kubectl(cluster);
  await createNamespace(ground, cluster, "curl");
  await kubectl.apply(manifest("curl.yaml"));
  await eventually(`curl ready in ${cluster}`, () =>
    kubectl.run(["wait", "--for=condition=ready", "pod", "--all", "-n", "curl", "--timeout=30s"]),
  );
}

/** httpbin of the cluster is exported at `/<cluster>/httpbin-mesh`, with more of a spec's lines if given. */
export async function givenExport(ground: StoryGround, cluster: string, more: readonly string[] = []): Promise<void> {
  await createNamespace(ground, cluster, "httpbin");
  const text = manifest("1-23/export.yaml").replaceAll("1-23", cluster);
  await ground.kubectl(cluster).apply([text.trimEnd(), ...more.map((line) => `  ${line}`), ""].join("\n"));
}

/** httpbin stands in 1-23 and 1-25, exported by both and imported by 1-23, where the curl pod is. */
export async function givenExportedHttpbin(ground: StoryGround): Promise<void> {
  await Promise.all(["1-23", "1-25"].map((cluster) => givenHttpbin(ground, cluster)));
  await Promise.all(["1-23", "1-25"].map((cluster) => givenExport(ground, cluster)));
  await untilImported(ground, "1-23", ["1-25"]);
  await givenCurl(ground, "1-23");
}

export async function createNamespace(ground: StoryGround, cluster: string, name: string): Promise<void> {
  const { code, stderr } = await ground.kubectl(cluster).try(["create", "namespace", name]);
  if (code !== 0 && !stderr.includes("AlreadyExists")) throw new Error(stderr);
}

/** Where the cluster's gateway is reached from outside. */
export async function gatewayOf(ground: StoryGround, cluster: string): Promise<{ gatewayHost: string; gatewayPort: number }> {
  return (await ground.kubectl("control-plane").json<{ spec: { gatewayHost: string; gatewayPort: number } }>(["get", "clusters.flomesh.io", cluster])).spec;
}

/** Exactly these clusters are named by the import of httpbin in `cluster`. */
export async function untilImported(ground: StoryGround, cluster: string, from: readonly string[]): Promise<void> {
  await eventually(`import of httpbin in ${cluster} from ${from.join(", ")}`, async () => {
    const spec = JSON.parse(
      await ground.kubectl(cluster).run(["get", "serviceimports", "httpbin", "-n", "httpbin", "-o", "jsonpath={.spec}"]),
    ) as { ports: { endpoints: { clusterKey: string }[] }[] };
    const keys = spec.ports.flatMap((port) => port.endpoints.map((endpoint) => endpoint.clusterKey));
    if (keys.join() !== from.map(clusterKeyOf).join()) throw new Error(`it has ${keys.join()}`);
  });
}

export interface Target {
  cluster: string;
  weight?: number;
}

/** Applies httpbin's policy in `cluster` and waits until every proxy there enforces it. */
export async function givenPolicy(ground: StoryGround, cluster: string, lbType: string, targets: readonly Target[]): Promise<void> {
  await applyPolicy(ground, cluster, lbType, targets);
  await untilEnforced(ground, cluster);
}

/** Applies httpbin's policy in `cluster`. */
export async function applyPolicy(ground: StoryGround, cluster: string, lbType: string, targets: readonly Target[]): Promise<void> {
  const lines = targets.flatMap(({ cluster: name, weight }) => [
    `  - clusterKey: ${clusterKeyOf(name)}`,
    ...(weight === undefined ? [] : [`    weight: ${weight}`]),
  ]);
  await ground.kubectl(cluster).apply(
    [
      "apiVersion: flomesh.io/v1alpha1",
      "kind: GlobalTrafficPolicy",
      "metadata: {name: httpbin, namespace: httpbin}",
      "spec:",
      `  lbType: ${lbType}`,
      ...(lines.length === 0 ? [] : ["  targets:", ...lines]),
      "",
    ].join("\n"),
  );
}

/** Every proxy of the cluster acknowledged the newest generation of httpbin's policy, and stands where it needs to. */
export async function untilEnforced(ground: StoryGround, cluster: string): Promise<void> {
  await eventually(`policy of httpbin enforced in ${cluster}`, async () => {
    const policy = await ground
      .kubectl(cluster)
      .json<{ metadata: { generation: number }; status?: { observedGeneration?: number; conditions?: { type: string; status: string }[] } }>([
        "get", "globaltrafficpolicies", "httpbin", "-n", "httpbin",
      ]);
    const enforced = policy.status?.conditions?.find(({ type }) => type === "Enforced")?.status;
    if (policy.status?.observedGeneration !== policy.metadata.generation || enforced !== "True") {
      throw new Error(JSON.stringify(policy.status ?? "no status"));
    }
  });
}

/** One request from the curl pod, word for word as the story tells it. */
export async function ask(ground: StoryGround, cluster: string): Promise<string> {
  const pod = await curlPod(ground, cluster);
  return (
    await ground
      .kubectl(cluster)
      .run(["exec", "-n", "curl", pod, "-c", "curl", "--", "curl", "-s", "http://httpbin.httpbin:8080/"])
  ).trim();
}

/** `count` requests from the curl pod, each on a connection of its own, with more of curl's flags; the lines in order, "failed" for no answer. */
export async function askTimes(ground: StoryGround, cluster: string, count: number, flags = ""): Promise<string[]> {
  const pod = await curlPod(ground, cluster);
  const script = `i=0; while [ $i -lt ${count} ]; do curl -s -f ${flags} http://httpbin.httpbin:8080/ || echo failed; i=$((i+1)); done`;
  const text = await ground
    .kubectl(cluster)
    .run(["exec", "-n", "curl", pod, "-c", "curl", "--", "sh", "-c", script], { timeoutMs: 120_000 });
  return text.trim().split("\n");
}

/** What the console's page of httpbin is given of callers in one cluster. */
export interface PageRow {
  sticky: boolean;
  targets: { clusterKey: string; requestedPermille: number; effectivePermille: number; ramping: { permille: number } | null; measured: { state: string; value?: { count: number; of: number } } }[];
  acknowledged: { state: string; value?: { ready: number; total: number } };
  convergence: { state: string; since: { atMs: number; cause: { kind: string; clusterKey?: string } } } | null;
}

export async function pageRow(ground: { url: string }, cluster: string): Promise<PageRow> {
  const input = encodeURIComponent(JSON.stringify({ service: "httpbin/httpbin" }));
  const response = await fetch(`${ground.url}/trpc/split.get?input=${input}`);
  if (!response.ok) throw new Error(`the console answered ${response.status}: ${await response.text()}`);
  const { result } = (await response.json()) as { result: { data: (PageRow & { source: string })[] } };
  const row = result.data.find(({ source }) => source === clusterKeyOf(cluster));
  if (row === undefined) throw new Error(`the page has no row of ${cluster}`);
  return row;
}

export const clusterKeyOf = (cluster: string): string => `default/default/default/${cluster}`;

async function curlPod(ground: StoryGround, cluster: string): Promise<string> {
  const name = await ground
    .kubectl(cluster)
    .run(["get", "pod", "-n", "curl", "-l", "app=curl", "-o", "jsonpath={.items[0].metadata.name}"]);
  if (name === "") throw new Error(`no curl pod in ${cluster}`);
  return name;
}

/** The count is what exact splits of that many proxies come to, whichever of them got each request. */
export function isNear(ground: StoryGround, count: number, wanted: number): boolean {
  return Math.abs(count - wanted) < (ground.proxies ?? 1);
}

export function countFrom(answers: readonly string[], cluster: string): number {
  return answers.filter((answer) => answer === greetingOf(cluster)).length;
}

import { readFileSync } from "node:fs";
import { eventually } from "../ground/eventually.ts";
import { createNamespace, type StoryGround } from "./story.ts";

const namespace = "callers";
/** The caller of `givenCallerByAddress`. */
const byAddress = "by-address";
const manifest = readFileSync(new URL("../../demo/manifests/callers.yaml", import.meta.url), "utf8");

/**
 * The demo's callers of httpbin run in the cluster: one opens a connection for each request, one keeps its own; 50 requests
 * a second together, whatever the answers are. They begin anew, so that they count from here.
 */
export async function givenCallers(ground: StoryGround, cluster: string): Promise<void> {
  const kubectl = ground.kubectl(cluster);
  await createNamespace(ground, cluster, namespace);
  await kubectl.apply(manifest);
  await kubectl.run(["delete", "pods", "--all", "-n", namespace, "--wait=true"], { timeoutMs: 120_000 });
  await eventually(`callers in ${cluster} are answered`, async () => {
    const counts = await Promise.all(["new", "kept"].map((kind) => answersOfCallers(ground, cluster, `app=${kind}-connections`)));
    if (counts.some(({ size }) => size === 0)) throw new Error("not yet");
  }, 180_000);
}

/** One more, with a connection for each of 25 requests a second as well, which knows the service by its address. */
export async function givenCallerByAddress(ground: StoryGround, cluster: string): Promise<void> {
  const kubectl = ground.kubectl(cluster);
  const address = await kubectl.run(["get", "service", "httpbin", "-n", "httpbin", "-o", "jsonpath={.spec.clusterIP}"]);
  const [byName = ""] = manifest.split("\n---\n");
  await kubectl.apply(byName.replaceAll("new-connections", byAddress).replace("httpbin.httpbin", address));
  await eventually(`the caller by address in ${cluster} is answered`, async () => {
    if ((await answersOfCallers(ground, cluster, `app=${byAddress}`)).size === 0) throw new Error("not yet");
  }, 180_000);
}

/** One more, which sends 25 messages a second over one WebSocket; the application must answer them as it answers requests. */
export async function givenWebSocketCaller(ground: StoryGround, cluster: string): Promise<void> {
  await ground.kubectl(cluster).apply(readFileSync(new URL("web-socket-caller.yaml", import.meta.url), "utf8"));
  await eventually(`the WebSocket's caller in ${cluster} is answered`, async () => {
    if ((await answersOfCallers(ground, cluster, "app=web-socket")).size === 0) throw new Error("not yet");
  }, 180_000);
}

/**
 * Answers of the cluster's callers since they began: a line of text, or what went wrong, and how many of each. With `good`, any
 * other answer stands there with the second in which it was told and with the pod that was told.
 */
export async function answersOfCallers(ground: StoryGround, cluster: string, selector = "", good?: ReadonlySet<string>): Promise<Map<string, number>> {
  const kubectl = ground.kubectl(cluster);
  const pods = (await kubectl.run(["get", "pods", "-n", namespace, "-l", selector, "-o", "name"])).trim().split("\n").filter((name) => name !== "");
  const counts = await Promise.all(pods.map(async (pod) => countsOf(await kubectl.run(["logs", pod, "-n", namespace, "--timestamps"]), pod, good)));
  return counts.reduce(added, new Map());
}

/** A caller that keeps its connections opens new ones. Answers what the one before has counted, as `answersOfCallers` does. */
export async function renewConnections(ground: StoryGround, cluster: string, caller: "kept-connections" | "web-socket" = "kept-connections", good?: ReadonlySet<string>): Promise<Map<string, number>> {
  const kubectl = ground.kubectl(cluster);
  const kept = `app=${caller}`;
  const before = await answersOfCallers(ground, cluster, kept, good);
  await kubectl.run(["delete", "pods", "-n", namespace, "-l", kept, "--wait=true"], { timeoutMs: 120_000 });
  await eventually(`new connections in ${cluster} are answered`, async () => {
    if ((await answersOfCallers(ground, cluster, kept)).size === 0) throw new Error("not yet");
  });
  return before;
}

/** The callers are gone, and with them all that they counted. */
export async function endCallers(ground: StoryGround, cluster: string): Promise<void> {
  await ground.kubectl(cluster).run(["delete", "namespace", namespace, "--wait=true"], { timeoutMs: 120_000 });
}

export function added(some: ReadonlyMap<string, number>, more: ReadonlyMap<string, number>): Map<string, number> {
  const counts = new Map(some);
  for (const [answer, count] of more) counts.set(answer, (counts.get(answer) ?? 0) + count);
  return counts;
}

/** Of lines like `2026-03-01T12:00:00.123Z {"an answer":3}`. */
function countsOf(log: string, pod: string, good: ReadonlySet<string> | undefined): Map<string, number> {
  const counts = new Map<string, number>();
  for (const line of log.trim().split("\n").filter((text) => text !== "")) {
    const at = line.slice(0, line.indexOf(" "));
    for (const [answer, count] of Object.entries(JSON.parse(line.slice(at.length)) as Record<string, number>)) {
      const told = good?.has(answer) === false ? `${at.slice(0, 19)}Z ${answer} to ${pod}` : answer;
      counts.set(told, (counts.get(told) ?? 0) + count);
    }
  }
  return counts;
}

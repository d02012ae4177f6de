import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { percentile } from "./percentile.ts";
import { eventually } from "../../ground/eventually.ts";
import { Kubectl } from "../../ground/kubectl.ts";
import { clusterKeyOf, givenExportedHttpbin, givenPolicy, greetingOf, type StoryGround } from "../../story/story.ts";
import { type Console, forwardConsole } from "../console.ts";
import { anyKubectl } from "../ground.ts";
import { processesOfContainer, processorMsOf } from "../host/processes.ts";
import { containersOf } from "../kills/books.ts";
import { proxies } from "../kills/victims.ts";
import { SetState } from "../set/state.ts";

/**
 * `npm run bench:clusters`: on real clusters that `npm run clusters -- up` and `install` made. What the proxies cost callers
 * of httpbin in 1-23, against a Service that leads to the same pods and that nothing of Sluice touches: Detached, and in the
 * path with all of the share at home; in latency and in processor time. And how long after Apply in the console the first request goes by the new split.
 */

const usage = "Usage: npm run bench:clusters -- [--dir DIR] [--rounds N] [--changes N]";
const near = "1-23";
const far = "1-25";
/** So long no other answer has come. */
const settledMs = 1_000;
const asker = path.join(import.meta.dirname, "asker.ts");
/** Requests of which processor time is counted. */
const counted = 20_000;
const ourContainers = [proxies, { namespace: "sluice-system", selector: "app.kubernetes.io/name=sluice-attach", container: "attach" }];
const row = { service: "httpbin/httpbin", source: clusterKeyOf(near) };
const plain = { apiVersion: "v1", kind: "Service", metadata: { name: "plain", namespace: "httpbin" }, spec: { selector: { app: "pipy" }, ports: [{ port: 8080 }] } };

interface Latencies {
  p50: number;
  p99: number;
}

interface Preview {
  base: { uid: string | null; spec: unknown };
  guards: { id: string; outcome: string }[];
  confirmName: string | null;
}

const { values } = parseArgs({ options: { dir: { type: "string", default: path.resolve(import.meta.dirname, "../../../.sluice/kubernetes") }, rounds: { type: "string", default: "5" }, changes: { type: "string", default: "50" } } });
const folder = path.resolve(values.dir);
const node = SetState.read(folder)?.set.clusters.find(({ name }) => name === near)?.nodes[0];
if (node === undefined) throw new Error(`${folder} has no cluster ${near}: run \`npm run clusters -- up\` and \`install\` first, or name their folder\n${usage}`);
const kubeconfig = path.join(folder, "kubeconfig");
const ground: StoryGround = { kubectl: (name) => new Kubectl(anyKubectl(), kubeconfig, name, folder), proxies: 2, followsLater: true };
/** A program on the callers' node, where kube-proxy leads to services. */
const onNode = (...args: string[]): [string, string[]] => ["nsenter", [`--net=/run/netns/${node.namespace}`, "--", process.execPath, asker, ...args]];

async function addressOf(service: string): Promise<string> {
  return `http://${await ground.kubectl(near).run(["get", "service", service, "-n", "httpbin", "-o", "jsonpath={.spec.clusterIP}"])}:8080/`;
}

/** Until kube-proxy has its rules a new Service refuses connections. */
async function untilAnswering(service: string): Promise<void> {
  const address = await addressOf(service);
  await eventually(`answers by ${address}`, async () => void execFileSync(...onNode("--compare", address, "--requests", "1"), { stdio: "pipe" }));
}

/** Medians over the rounds of httpbin's latencies in ms and those of the Service without Sluice, with the range of their ratios. */
async function compare(stage: string, rounds: number): Promise<string> {
  const [ours, without] = await Promise.all(["httpbin", "plain"].map(addressOf)) as [string, string];
  const told = Array.from({ length: rounds }, () => JSON.parse(execFileSync(...onNode("--compare", without, "--compare", ours), { encoding: "utf8" })) as Record<string, Latencies>);
  const line = (key: keyof Latencies) => {
    const of = (url: string) => told.map((round) => round[url]?.[key] ?? Number.NaN);
    const ratios = of(ours).map((ms, round) => ms / (of(without)[round] ?? Number.NaN)).toSorted((a, b) => a - b);
    return `${key} ${percentile(of(ours), 0.5).toFixed(2)} ms, without ${percentile(of(without), 0.5).toFixed(2)} ms, ratio ${percentile(ratios, 0.5).toFixed(2)} (${ratios[0]?.toFixed(2)} to ${ratios.at(-1)?.toFixed(2)})`;
  };
  return `${stage}: ${line("p50")}; ${line("p99")}`;
}

/**
 * What a request to httpbin costs those processes of Sluice that its cluster has, in µs of the processor: more than they need
 * in the same time while the Service without Sluice is asked as often. Median over the rounds, and the range.
 */
async function processorTime(stage: string, rounds: number): Promise<string> {
  const [ours, without] = await Promise.all(["httpbin", "plain"].map(addressOf)) as [string, string];
  const containers = await Promise.all(ourContainers.map((where) => containersOf(ground, near, where)));
  const processes = containers.flat().flatMap(({ id }) => processesOfContainer(id));
  const spent = (url: string): number => {
    const before = processorMsOf(processes);
    execFileSync(...onNode("--compare", url, "--requests", String(counted)), { encoding: "utf8" });
    return ((processorMsOf(processes) - before) * 1_000) / counted;
  };
  const more = Array.from({ length: rounds }, (_, round) => {
    // Who comes second finds everything warm: they take turns.
    const [first, second] = round % 2 === 0 ? [ours, without] : [without, ours];
    const cost = { [first]: spent(first), [second]: spent(second) };
    return (cost[ours] ?? Number.NaN) - (cost[without] ?? Number.NaN);
  }).toSorted((a, b) => a - b);
  return `${stage}: ${percentile(more, 0.5).toFixed(0)} µs of the processor a request (${more[0]?.toFixed(0)} to ${more.at(-1)?.toFixed(0)}), by ${processes.length} processes`;
}

interface ApplyTimes {
  /** ms from Apply to the first answer by the new split. */
  first: number[];
  /** ms until every answer is: all proxies enforce it. */
  all: number[];
}

/** Sends everything to one cluster and back, as the console does, while a caller asks all the time. */
async function applyTimes(console: Console, changes: number): Promise<ApplyTimes> {
  const seen: { atMs: number; answer: string }[] = [];
  const [program, args] = onNode("--follow", await addressOf("httpbin"));
  const follower = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  createInterface({ input: follower.stdout }).on("line", (line) => seen.push({ atMs: Number(line.split(" ")[0]), answer: line.slice(line.indexOf(" ") + 1) }));
  const ended = once(follower, "exit").then(([code]) => Promise.reject(new Error(`the caller ended with ${code}`)));
  ended.catch(() => undefined);
  try {
    const times: ApplyTimes = { first: [], all: [] };
    for (let change = 0; change < changes; change += 1) {
      const target = change % 2 === 0 ? far : near;
      const draft = { mode: "ActiveActive", shares: [near, far].map((name) => ({ clusterKey: clusterKeyOf(name), permille: name === target ? 1_000 : 0 })), failOver: [] };
      const { base, guards, confirmName } = await console.query<Preview>("split.preview", { ...row, draft });
      const overrides = guards.filter(({ outcome }) => outcome === "override").map(({ id }) => id);
      const begunMs = Date.now();
      await console.mutate("split.applyDraft", { ...row, draft, base, overrides, reason: `change ${change}`, ...(confirmName !== null && { confirmName }) });
      const settled = eventually(`answers by ${target} alone`, async () => {
        await pause(settledMs);
        const last = seen.at(-1);
        if (last?.answer !== greetingOf(target) || Date.now() - last.atMs < settledMs) throw new Error(`the last was "${last?.answer}"`);
      });
      await Promise.race([settled, ended]);
      const after = seen.filter(({ atMs, answer }) => atMs >= begunMs && answer === greetingOf(target));
      times.first.push((after[0]?.atMs ?? Number.NaN) - begunMs);
      times.all.push((after.at(-1)?.atMs ?? Number.NaN) - begunMs);
    }
    return times;
  } finally {
    follower.kill();
    await ended.catch(() => undefined);
  }
}

await givenExportedHttpbin(ground);
await ground.kubectl(near).apply(JSON.stringify(plain));
await untilAnswering("plain");
const forwarded = await forwardConsole(kubeconfig);
try {
  const lines: string[] = [];
  await givenPolicy(ground, near, "Locality", []);
  lines.push(await compare("Detached", Number(values.rounds)), await processorTime("Detached", Number(values.rounds)));
  await givenPolicy(ground, near, "ActiveActive", [{ cluster: near, weight: 100 }, { cluster: far, weight: 0 }]);
  lines.push(await compare("Inline, all at home", Number(values.rounds)), await processorTime("Inline, all at home", Number(values.rounds)));
  const { first, all } = await applyTimes(forwarded, Number(values.changes));
  const told = (times: readonly number[]) => `p50 ${percentile(times, 0.5)} ms, p90 ${percentile(times, 0.9)} ms, p99 ${percentile(times, 0.99)} ms, slowest ${Math.max(...times)} ms`;
  lines.push(`Apply → first request by the new split, ${first.length} changes: ${told(first)}; every request by it: ${told(all)}`);
  await givenPolicy(ground, near, "Locality", []);
  console.info(lines.join("\n"));
} finally {
  await forwarded.close();
  await ground.kubectl(near).run(["delete", "service", "plain", "-n", "httpbin", "--ignore-not-found"]);
}

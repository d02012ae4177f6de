import { eventually } from "../ground/eventually.ts";
import { added, answersOfCallers, endCallers, givenCallers, givenWebSocketCaller, renewConnections } from "./callers.ts";
import { tunnelsMade } from "./proxies.ts";
import { applyPolicy, givenPolicy, greetingOf, type StoryGround } from "./story.ts";

export interface Cycles {
  /** Whole cycles: out of the path, beside the pods, in the path, and out again. */
  cycles: number;
  /** Requests of the callers in the meantime, and those of them that were not answered as they should. */
  requests: number;
  /** Answered by the other cluster. */
  sentAway: number;
  lost: number;
  /** WebSockets that passed this cluster's proxies. */
  tunnels: number;
  /** When and what the lost ones were told, with how many of each. */
  losses: Record<string, number>;
  /** If any were lost, what was done and came to be meanwhile, and when. */
  steps: string[];
}

/**
 * Sends a share of the requests that are made in `cluster` to `other` and takes it back, so many times, under the load of
 * callers with new and with kept connections, and one with a WebSocket. What is kept is made anew while the proxies are in
 * the path, and the WebSocket once more when they are leaving it: they wait for an open one, and nobody can tell it to end.
 * Counts every answer.
 */
export async function runCycles(ground: StoryGround, cluster: string, other: string, cycles: number): Promise<Cycles> {
  await givenPolicy(ground, cluster, "Locality", []);
  await untilAttachment(ground, cluster, ["Detached"]);
  await givenCallers(ground, cluster);
  await givenWebSocketCaller(ground, cluster);
  const tunnelsBefore = await tunnelsMade(ground, cluster);
  let answers = new Map<string, number>();
  const good = new Set([cluster, other].map(greetingOf));
  const steps: string[] = [];
  const step = (what: string): void => void steps.push(`${new Date().toISOString()} ${what}`);
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    step("a share for the other");
    await givenPolicy(ground, cluster, "ActiveActive", [{ cluster, weight: 90 }, { cluster: other, weight: 10 }]);
    await untilAttachment(ground, cluster, ["Inline"]);
    step("Inline");
    const counted = await Promise.all([renewConnections(ground, cluster, "kept-connections", good), renewConnections(ground, cluster, "web-socket", good)]);
    answers = counted.reduce(added, answers);
    step("all to its own");
    await applyPolicy(ground, cluster, "Locality", []);
    answers = added(answers, await leave(ground, cluster, good));
    step("Detached");
  }
  answers = added(answers, await answersOfCallers(ground, cluster, "", good));
  const tunnels = (await tunnelsMade(ground, cluster)) - tunnelsBefore;
  await endCallers(ground, cluster);
  const losses = [...answers].filter(([answer]) => !good.has(answer));
  return { cycles, requests: sum([...answers]), sentAway: answers.get(greetingOf(other)) ?? 0, lost: sum(losses), tunnels, losses: Object.fromEntries(losses), steps: losses.length === 0 ? [] : steps };
}

const sum = (counts: readonly (readonly [string, number])[]): number => counts.reduce((total, [, count]) => total + count, 0);

/**
 * The proxies leave the path. Once they take no new connections the WebSocket is made anew, and again if it still came to a
 * proxy, which can be where connections follow the slices later. Answers what the callers before have counted.
 */
async function leave(ground: StoryGround, cluster: string, good: ReadonlySet<string>): Promise<Map<string, number>> {
  await untilAttachment(ground, cluster, ["Standby", "Detached"]);
  let answers = await renewConnections(ground, cluster, "web-socket", good);
  const left = (): Promise<void> => untilAttachment(ground, cluster, ["Detached"], 30_000);
  for (let again = 0; again < 3 && !(await left().then(() => true, () => false)); again += 1) {
    answers = added(answers, await renewConnections(ground, cluster, "web-socket", good));
  }
  await untilAttachment(ground, cluster, ["Detached"]);
  return answers;
}

/** httpbin's policy says that its proxies stand so; leaving waits for open connections, which has a bound of 5 minutes. */
async function untilAttachment(ground: StoryGround, cluster: string, stages: readonly string[], timeoutMs = 330_000): Promise<void> {
  await eventually(`httpbin in ${cluster} is ${stages.join(" or ")}`, async () => {
    const seen = await ground.kubectl(cluster).run(["get", "globaltrafficpolicies", "httpbin", "-n", "httpbin", "-o", "jsonpath={.status.attachment}"]);
    if (!stages.includes(seen)) throw new Error(`it is "${seen}"`);
  }, timeoutMs);
}

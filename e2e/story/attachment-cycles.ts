import { eventually } from "../ground/eventually.ts";
import { added, answersOfCallers, endCallers, givenCallers, renewConnections } from "./callers.ts";
import { givenPolicy, greetingOf, type StoryGround } from "./story.ts";

export interface Cycles {
  /** Whole cycles: out of the path, beside the pods, in the path, and out again. */
  cycles: number;
  /** Requests of the callers in the meantime, and those of them that were not answered as they should. */
  requests: number;
  /** Answered by the other cluster. */
  sentAway: number;
  lost: number;
  /** What the lost ones were told, with how many of each. */
  losses: Record<string, number>;
}

/**
 * Sends a share of the requests that are made in `cluster` to `other` and takes it back, so many times, under the load of
 * callers with new and with kept connections, which are made anew while the proxies are in the path. Counts every answer.
 */
export async function runCycles(ground: StoryGround, cluster: string, other: string, cycles: number): Promise<Cycles> {
  await givenPolicy(ground, cluster, "Locality", []);
  await untilAttachment(ground, cluster, "Detached");
  await givenCallers(ground, cluster);
  let answers = new Map<string, number>();
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    await givenPolicy(ground, cluster, "ActiveActive", [{ cluster, weight: 90 }, { cluster: other, weight: 10 }]);
    await untilAttachment(ground, cluster, "Inline");
    answers = added(answers, await renewConnections(ground, cluster));
    await givenPolicy(ground, cluster, "Locality", []);
    await untilAttachment(ground, cluster, "Detached");
  }
  answers = added(answers, await answersOfCallers(ground, cluster));
  await endCallers(ground, cluster);
  const good = new Set([cluster, other].map(greetingOf));
  const losses = [...answers].filter(([answer]) => !good.has(answer));
  return { cycles, requests: sum([...answers]), sentAway: answers.get(greetingOf(other)) ?? 0, lost: sum(losses), losses: Object.fromEntries(losses) };
}

const sum = (counts: readonly (readonly [string, number])[]): number => counts.reduce((total, [, count]) => total + count, 0);

/** httpbin's policy says that its proxies stand there; leaving waits for open connections, which has a bound of 5 minutes. */
async function untilAttachment(ground: StoryGround, cluster: string, stage: string): Promise<void> {
  await eventually(`httpbin in ${cluster} is ${stage}`, async () => {
    const seen = await ground.kubectl(cluster).run(["get", "globaltrafficpolicies", "httpbin", "-n", "httpbin", "-o", "jsonpath={.status.attachment}"]);
    if (seen !== stage) throw new Error(`it is "${seen}"`);
  }, 330_000);
}

import { eventually } from "../ground/eventually.ts";
import type { StoryGround } from "../story/story.ts";

/** The demo's steady callers run, or none of them does. */
export async function givenCallers(ground: StoryGround, running: boolean): Promise<void> {
  const kubectl = ground.kubectl("1-23");
  await kubectl.run(["scale", "deploy", "--all", "-n", "callers", "--replicas", running ? "1" : "0"]);
  await eventually(`callers ${running ? "run" : "are gone"}`, async () => {
    const ready = await kubectl.run(["get", "pods", "-n", "callers", "-o", "jsonpath={.items[*].status.containerStatuses[*].ready}"]);
    if (ready !== (running ? "true true" : "")) throw new Error(`ready: "${ready}"`);
  }, 180_000);
}

/** Ready proxies of a cluster: each of them keeps the split exactly for itself. */
export async function proxiesOf(ground: StoryGround, cluster: string): Promise<number> {
  return Number(await ground.kubectl(cluster).run(["get", "deploy", "sluice-proxy", "-n", "sluice-system", "-o", "jsonpath={.status.readyReplicas}"]));
}

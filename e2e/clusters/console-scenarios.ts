import { info } from "node:console";
import { expect, test } from "vitest";
import { eventually } from "../ground/eventually.ts";
import type { Terminal } from "../ground/terminal.ts";
import type { WalkThroughStep } from "../story/parse-walk-through.ts";
import { clusterKeyOf as keyOf, givenExportedHttpbin, gatewayOf, type StoryGround, untilEnforced } from "../story/story.ts";
import type { Console } from "./console.ts";
import { noBrowser, playBrowser } from "./play-browser.ts";
import { addMember, kubeconfigOfMember } from "./third-member.ts";

interface Preview {
  base: { uid: string | null; spec: unknown };
  guards: { id: string; outcome: string }[];
  confirmName: string | null;
}

const row = { service: "httpbin/httpbin", source: keyOf("1-23") };
const third = "control-plane";

interface Ground {
  kubeconfig: string;
  story: StoryGround;
  console: Console;
  terminal: Terminal;
  steps: readonly WalkThroughStep[];
}

/** How the control plane's own cluster can be joined, once it has a member's parts. */
async function joinOfThird({ story, terminal, steps }: Ground) {
  const kubeconfig = await kubeconfigOfMember(terminal, steps, third);
  const gatewayHost = await story.kubectl(third).run(["get", "pods", "-n", "sluice-system", "-l", "app.kubernetes.io/name=sluice-proxy", "-o", "jsonpath={.items[0].status.hostIP}"]);
  const port = await story.kubectl(third).run(["get", "service", "sluice-gateway", "-n", "sluice-system", "-o", "jsonpath={.spec.ports[0].nodePort}"]);
  return { name: third, kubeconfig, gatewayHost, gatewayPort: Number(port) };
}

/** What the console changes, on what docs/install.md installed; if asked for, the browser's scenarios are played there too. */
export function consoleScenarios(theGround: () => Ground, withBrowser: boolean): void {
  const split = (far: number) => ({ mode: "ActiveActive", shares: [{ clusterKey: row.source, permille: 1_000 - far }, { clusterKey: keyOf("1-25"), permille: far }], failOver: [] });

  test("the console makes a policy, of many changes at once takes one, undoes it and rolls the pods", { timeout: 240_000 }, async () => {
    const { story, console } = theGround();
    await givenExportedHttpbin(story);
    await story.kubectl("1-23").run(["delete", "globaltrafficpolicies", "httpbin", "-n", "httpbin", "--ignore-not-found"]);
    const review = async (far: number) => {
      const { base, guards, confirmName } = await console.query<Preview>("split.preview", { ...row, draft: split(far) });
      const overrides = guards.filter(({ outcome }) => outcome === "override").map(({ id }) => id);
      return { ...row, draft: split(far), base, overrides, reason: `to ${far}`, ...(confirmName !== null && { confirmName }) };
    };
    const apply = (change: object) => console.mutate<{ outcome: string }>("split.applyDraft", change);
    const first = await eventually("a preview without a policy", async () => {
      const change = await review(100);
      expect(change.base.uid).toBeNull();
      return change;
    });
    expect(await apply(first)).toMatchObject({ outcome: "applied" });
    await untilEnforced(story, "1-23");
    // A writer that died before its change has left the record of it.
    const policy = await story.kubectl("1-23").json<{ metadata: { uid: string; generation: number } }>(["get", "globaltrafficpolicies", "httpbin", "-n", "httpbin"]);
    const name = `sluice-${policy.metadata.uid}-${policy.metadata.generation + 1}`;
    await story.kubectl("1-23").apply(JSON.stringify({ apiVersion: "apps/v1", kind: "ControllerRevision", metadata: { namespace: "httpbin", name }, data: {}, revision: 1 }));
    await eventually("a change in its place", async () => expect(await apply(await review(105))).toMatchObject({ outcome: "applied" }));
    const changes = await eventually("previews from that policy", async () => {
      const all = await Promise.all([110, 120, 130, 140].map(review));
      expect(all.every(({ base }) => JSON.stringify(base.spec).includes("105"))).toBe(true);
      return all;
    });
    const outcomes = (await Promise.all(changes.map(apply))).map(({ outcome }) => outcome);
    expect(outcomes.toSorted((a, b) => a.localeCompare(b))).toEqual(["applied", "conflict", "conflict", "conflict"]);
    await untilEnforced(story, "1-23");
    await eventually("the change is undone", () => console.mutate("split.undo", { ...row, reason: "too much" }));
    await untilEnforced(story, "1-23");
    expect(await console.mutate("services.rollPods", { service: row.service, cluster: row.source, reason: "try" })).toEqual({ workloads: ["httpbin"] });
    await story.kubectl("1-23").run(["rollout", "status", "deployment/httpbin", "-n", "httpbin", "--timeout=120s"], { timeoutMs: 150_000 });
  });

  test("the console asks for the proxies in a path to measure, and takes that back", { timeout: 180_000 }, async () => {
    const { story, console } = theGround();
    await givenExportedHttpbin(story);
    const measure = (measured: boolean) => console.mutate("services.setMeasured", { service: row.service, cluster: keyOf("1-25"), measured, reason: "try" });
    await eventually("the proxies are asked for", async () => expect(await measure(true)).toEqual({ measured: true }));
    expect(await measure(false)).toEqual({ measured: false });
  });

  test("the control plane's own cluster gets a member's parts", { timeout: 600_000 }, async () => {
    expect(await addMember(theGround().terminal, third)).toContain("STATUS: deployed");
  });

  test("the browser's scenarios are played on the console that Helm installed", { timeout: 1_200_000 }, async ({ skip }) => {
    const without = withBrowser ? noBrowser() : "npm run soak plays them";
    if (without !== undefined) skip(without);
    const { kubeconfig, console } = theGround();
    const printed = await playBrowser(kubeconfig, await joinOfThird(theGround()));
    info(printed);
    expect(Number(/(\d+) passed/.exec(printed)?.[1])).toBeGreaterThan(10);
    // The scenarios replaced the pods that it was forwarded to, which kubectl only learns when it is used.
    await eventually("the console answers again", () => console.query("split.get", { service: row.service }));
  });

  test("the console joins the control plane's own cluster, though a Secret of an earlier member is there", { timeout: 600_000 }, async () => {
    const { story, console } = theGround();
    await story.kubectl(third).run(["create", "secret", "generic", `cluster-${third}`, "-n", "sluice-system", "--from-literal=kubeconfig=old"]);
    const joining = await joinOfThird(theGround());
    const place = { region: "default", zone: "default", group: "default" };
    expect(await console.mutate("clusters.join", { ...joining, ...place })).toEqual({ key: keyOf(third) });
    await story.kubectl(third).run(["wait", "--for=condition=Managed", `clusters.flomesh.io/${third}`, "--timeout=120s"], { timeoutMs: 150_000 });
    expect(await gatewayOf(story, third)).toMatchObject({ gatewayHost: joining.gatewayHost });
  });
}

/** The console lets the third member go. */
export async function leaveByConsole({ story, console }: Pick<Ground, "story" | "console">): Promise<void> {
  await console.mutate("clusters.leave", { key: keyOf(third), confirmName: third });
  await story.kubectl(third).run(["wait", "--for=delete", `clusters.flomesh.io/${third}`, "--timeout=120s"], { timeoutMs: 150_000 });
}

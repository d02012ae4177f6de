import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../ground/eventually.ts";
import type { Terminal } from "../ground/terminal.ts";
import { answersOfCallers, endCallers, givenCallers } from "../story/callers.ts";
import type { WalkThroughStep } from "../story/parse-walk-through.ts";
import { askTimes, givenExport, givenExportedHttpbin, givenPolicy, greetingOf, type StoryGround, untilEnforced, untilImported } from "../story/story.ts";
import { addMember, joinByInstructions, uninstallMember } from "./third-member.ts";

const boundMs = 180_000;
const testMsMax = 900_000;

interface Ground {
  story: StoryGround;
  terminal: Terminal;
  steps: readonly WalkThroughStep[];
}

/** Both charts are upgraded by `upgrade`, then each goes while the other is there, and comes again; a service is split under load: callers lose nothing by it. */
export function lifeCycleScenarios(theGround: () => Ground, upgrade: () => void): void {
  const split = [{ cluster: "1-23", weight: 1 }, { cluster: "1-25", weight: 1 }];

  /** Callers in 1-23 are answered by these clusters, once kube-proxy has followed. */
  const answeredBy = (...wanted: string[]) =>
    eventually(`${wanted.join(" and ")} answer`, async () => {
      const answers = new Set(await askTimes(theGround().story, "1-23", 20));
      expect([...answers].toSorted((a, b) => (a < b ? -1 : 1))).toEqual(wanted.map(greetingOf));
    }, boundMs);

  /** What callers got since they began that no cluster answers. */
  async function lost(): Promise<[string, number][]> {
    const answers = await answersOfCallers(theGround().story, "1-23");
    if (answers.size === 0) throw new Error("callers have told nothing");
    return [...answers].filter(([answer]) => !split.some(({ cluster }) => answer === greetingOf(cluster)));
  }

  const managed = (wanted: string) => theGround().story.kubectl("control-plane").run(["wait", `--for=condition=Managed=${wanted}`, "clusters.flomesh.io/1-23", `--timeout=${boundMs / 1_000}s`], { timeoutMs: boundMs + 30_000 });

  describe("upgraded, uninstalled and installed again, under load", () => {
    beforeAll(async () => {
      const { story } = theGround();
      await givenExportedHttpbin(story);
      await untilImported(story, "1-25", ["1-23"]);
      await givenPolicy(story, "1-23", "ActiveActive", split);
      await givenCallers(story, "1-23");
      await answeredBy("1-23", "1-25");
    }, testMsMax);
    afterAll(async () => await endCallers(theGround().story, "1-23"), boundMs);

    upgrade();

    test("by the upgrade nothing was lost", async () => {
      await answeredBy("1-23", "1-25");
      expect(await lost()).toEqual([]);
    });

    test("the control plane: the split goes on; installed again, it finds its members and makes up for what it missed", { timeout: testMsMax }, async () => {
      const { story, terminal, steps } = theGround();
      await terminal.run("helm --kube-context control-plane uninstall sluice -n sluice-system --wait", boundMs);
      await story.kubectl("1-23").run(["delete", "serviceexports", "httpbin", "-n", "httpbin"]);
      await answeredBy("1-23", "1-25");

      await terminal.run(steps.find(({ heading }) => heading === "The control plane")?.script.split("\n").at(-1) ?? "", 2 * boundMs);
      await eventually("the import of 1-25 is gone, as the export of 1-23 is", async () => {
        expect(await story.kubectl("1-25").run(["get", "serviceimports", "-n", "httpbin", "-o", "name"])).toBe("");
      }, boundMs);
      await givenExport(story, "1-23");
      await untilImported(story, "1-25", ["1-23"]);
      expect(await managed("True")).toContain("condition met");
      expect(await lost()).toEqual([]);
    });

    test("a member: its services are its own; installed again, it splits as before and joins by the same commands", { timeout: testMsMax }, async () => {
      const { story, terminal, steps } = theGround();
      await uninstallMember(terminal, "1-23");
      await answeredBy("1-23");
      await managed("False");

      await addMember(terminal, "1-23");
      await untilEnforced(story, "1-23");
      await answeredBy("1-23", "1-25");
      // Its account has another token, its gateway another port.
      await joinByInstructions(terminal, steps, "1-23");
      expect(await managed("True")).toContain("condition met");
      expect(await lost()).toEqual([]);
    });
  });
}

import { beforeAll, beforeEach, expect, test } from "vitest";
import { eventually } from "../ground/eventually.ts";
import { askTimes, countFrom, createNamespace, givenCurl, givenExport, givenHttpbin, givenPolicy, isNear, onceFollowed, type StoryGround, untilImported } from "./story.ts";

/** D3 to D6, for any ground with three members; the caller is in the second one. */
export function threeClusterScenarios(theGround: () => StoryGround, [first, caller, third]: readonly [string, string, string]): void {
  beforeAll(async () => {
    const ground = theGround();
    await Promise.all([first, third].map((cluster) => givenHttpbin(ground, cluster)));
    await Promise.all([first, third].map((cluster) => givenExport(ground, cluster)));
    await createNamespace(ground, caller, "httpbin");
    await givenCurl(ground, caller);
    await untilImported(ground, caller, [first, third]);
  }, 300_000);

  beforeEach(async () => {
    const ground = theGround();
    await ground.kubectl(caller).run(["delete", "deploy,globaltrafficpolicy,serviceexport", "httpbin", "-n", "httpbin", "--ignore-not-found"]);
    await eventually(`no local httpbin in ${caller}`, async () => {
      const left = await ground.kubectl(caller).run(["get", "pods", "-n", "httpbin", "-o", "name"]);
      if (left !== "") throw new Error(left);
    });
  }, 120_000);

  test("D3: no local service, Locality: refused at once", { timeout: 120_000 }, async () => {
    const ground = theGround();
    await givenPolicy(ground, caller, "Locality", []);
    await onceFollowed(ground, "all refused", async () => expect(await askTimes(ground, caller, 3)).toEqual(["failed", "failed", "failed"]));
  });

  test("D4: FailOver to 1 and 3, no local: each pair of answers has one of each", { timeout: 120_000 }, async () => {
    const ground = theGround();
    await givenPolicy(ground, caller, "FailOver", [{ cluster: first }, { cluster: third }]);
    await onceFollowed(ground, "half and half", async () => {
      const answers = await askTimes(ground, caller, 10);
      expect([first, third].map((cluster) => isNear(ground, countFrom(answers, cluster), 5))).toEqual([true, true]);
      if ((ground.proxies ?? 1) > 1) return;
      const pairs = [0, 2, 4, 6, 8].map((at) => answers.slice(at, at + 2));
      expect(pairs.map((pair) => [countFrom(pair, first), countFrom(pair, third)])).toEqual(pairs.map(() => [1, 1]));
    });
  });

  test("D5: then deployed locally in 2: always 2", { timeout: 120_000 }, async () => {
    const ground = theGround();
    await givenPolicy(ground, caller, "FailOver", [{ cluster: first }, { cluster: third }]);
    await givenHttpbin(ground, caller);
    await eventually("only local answers", async () => {
      expect(countFrom(await askTimes(ground, caller, 10), caller)).toBe(10);
    });
  });

  test("D6: ActiveActive without weights: even over 1, 2, 3", { timeout: 120_000 }, async () => {
    const ground = theGround();
    await givenHttpbin(ground, caller);
    await givenExport(ground, caller);
    await givenPolicy(ground, caller, "ActiveActive", []);
    await onceFollowed(ground, "even answers", async () => {
      const answers = await askTimes(ground, caller, 30);
      const counts = [first, caller, third].map((cluster) => countFrom(answers, cluster));
      expect(counts).toSatisfy((all: number[]) => all.every((count) => isNear(ground, count, 10)));
      expect(answers).not.toContain("failed");
    });
  });
}

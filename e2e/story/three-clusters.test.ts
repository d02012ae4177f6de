import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { eventually } from "../ground/eventually.ts";
import { type Ground, startGround } from "../ground/ground.ts";
import { findKubectl } from "../ground/kubectl.ts";
import { askTimes, countFrom, createNamespace, givenCurl, givenExport, givenHttpbin, givenPolicy, untilImported } from "./story.ts";

const kubectlMissing = findKubectl() === undefined;
if (kubectlMissing) console.info("skipped: the scenarios D3 to D6 need kubectl (set KUBECTL_PATH or put it on PATH)");

describe.skipIf(kubectlMissing)("three clusters, with the caller in cluster 2", () => {
  let ground: Ground;
  beforeAll(async () => {
    ground = await startGround({ members: ["c1", "c2", "c3"], workloads: false });
    await Promise.all(["c1", "c3"].map((cluster) => givenHttpbin(ground, cluster)));
    await Promise.all(["c1", "c3"].map((cluster) => givenExport(ground, cluster)));
    await createNamespace(ground, "c2", "httpbin");
    await givenCurl(ground, "c2");
    await untilImported(ground, "c2", ["c1", "c3"]);
  }, 300_000);
  afterAll(() => ground?.stop(), 60_000);

  beforeEach(async () => {
    await ground.kubectl("c2").run(["delete", "deploy,globaltrafficpolicy,serviceexport", "httpbin", "-n", "httpbin", "--ignore-not-found"]);
    await eventually("no local httpbin in c2", async () => {
      const left = await ground.kubectl("c2").run(["get", "pods", "-n", "httpbin", "-o", "name"]);
      if (left !== "") throw new Error(left);
    });
  }, 120_000);

  test("D3: no local service, Locality: refused at once", { timeout: 120_000 }, async () => {
    await givenPolicy(ground, "c2", "Locality", []);
    expect(await askTimes(ground, "c2", 3)).toEqual(["failed", "failed", "failed"]);
  });

  test("D4: FailOver to 1 and 3, no local: each pair of answers has one of each", { timeout: 120_000 }, async () => {
    await givenPolicy(ground, "c2", "FailOver", [{ cluster: "c1" }, { cluster: "c3" }]);
    const answers = await askTimes(ground, "c2", 10);
    const pairs = [0, 2, 4, 6, 8].map((at) => answers.slice(at, at + 2));
    expect(pairs.map((pair) => [countFrom(pair, "c1"), countFrom(pair, "c3")])).toEqual(pairs.map(() => [1, 1]));
  });

  test("D5: then deployed locally in 2: always 2", { timeout: 120_000 }, async () => {
    await givenPolicy(ground, "c2", "FailOver", [{ cluster: "c1" }, { cluster: "c3" }]);
    await givenHttpbin(ground, "c2");
    await eventually("only local answers", async () => {
      expect(countFrom(await askTimes(ground, "c2", 10), "c2")).toBe(10);
    });
  });

  test("D6: ActiveActive without weights: even over 1, 2, 3", { timeout: 120_000 }, async () => {
    await givenHttpbin(ground, "c2");
    await givenExport(ground, "c2");
    await givenPolicy(ground, "c2", "ActiveActive", []);
    const answers = await askTimes(ground, "c2", 30);
    expect(["c1", "c2", "c3"].map((cluster) => countFrom(answers, cluster))).toEqual([10, 10, 10]);
  });
});

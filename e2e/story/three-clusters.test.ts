import { afterAll, beforeAll, describe } from "vitest";
import { type Ground, startGround } from "../ground/ground.ts";
import { findKubectl } from "../ground/kubectl.ts";
import { threeClusterScenarios } from "./three-cluster-scenarios.ts";

const kubectlMissing = findKubectl() === undefined;
if (kubectlMissing) console.info("skipped: the scenarios D3 to D6 need kubectl (set KUBECTL_PATH or put it on PATH)");

describe.skipIf(kubectlMissing)("three clusters, with the caller in cluster 2", () => {
  let ground: Ground;
  beforeAll(async () => {
    ground = await startGround({ members: ["c1", "c2", "c3"], workloads: false });
  }, 300_000);
  afterAll(() => ground?.stop(), 60_000);

  threeClusterScenarios(() => ground, ["c1", "c2", "c3"]);
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startCluster, type SandboxCluster } from "../src/sandbox-cluster.ts";
import { runApiCase } from "./api-case.ts";
import { ApiConnection } from "./api-connection.ts";
import { controllerCases } from "./cases/controller-cases.ts";

describe("the table of controllers' cases on the sandbox", () => {
  let cluster: SandboxCluster;
  let api: ApiConnection;

  beforeAll(async () => {
    cluster = await startCluster({ name: "contract", workloads: false });
    api = new ApiConnection(cluster.kubeconfig);
  });
  afterAll(async () => {
    api.close();
    await cluster.stop();
  });

  it.each(controllerCases)("$name", async (each) => {
    await expect(runApiCase(api, each)).resolves.toBeUndefined();
  });
});

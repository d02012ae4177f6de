import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startApiServer, type RunningApiServer } from "../src/api-server/start-api-server.ts";
import { runApiCase } from "./api-case.ts";
import { apiCases } from "./api-cases.ts";
import { ApiConnection } from "./api-connection.ts";

describe("the table of API cases on the sandbox", () => {
  let server: RunningApiServer;
  let api: ApiConnection;

  beforeAll(async () => {
    server = await startApiServer({ name: "contract", serviceCidr: "127.101.0.0/17", historyLimit: 16 });
    api = new ApiConnection(server.kubeconfig);
    // The history is bounded: enough writes and version 1 is no longer in it.
    for (let count = 0; count < 120; count++) await api.create("/api/v1/namespaces/default/configmaps", { apiVersion: "v1", kind: "ConfigMap", metadata: { name: `filler-${count}` } });
  });
  afterAll(async () => {
    api.close();
    await server.stop();
  });

  it.each(apiCases.map((each) => [each.name, each] as const))("%s", async (_name, each) => {
    await expect(runApiCase(api, each)).resolves.toBeUndefined();
  });
});

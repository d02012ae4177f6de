import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findAssets } from "../src/real-api-server/find-assets.ts";
import { RealApiServer } from "../src/real-api-server/start-real-api-server.ts";
import { runApiCase } from "./api-case.ts";
import { apiCases } from "./api-cases.ts";
import { ApiConnection } from "./api-connection.ts";

describe.each(findAssets())("the table of API cases on kube-apiserver $version", (assets) => {
  let server: RealApiServer;
  let api: ApiConnection;

  beforeAll(async () => {
    server = await RealApiServer.start({ name: "contract", assets });
    api = new ApiConnection(server.kubeconfig);
    // What was before its start is not in the watch cache: version 1 is then one that is no longer kept.
    for (let count = 0; count < 10; count++) await api.create("/api/v1/namespaces/default/configmaps", { apiVersion: "v1", kind: "ConfigMap", metadata: { name: `filler-${count}` } });
    await server.stopApi();
    await server.startApi();
  });
  afterAll(async () => {
    api.close();
    await server.stop();
  });

  it.each(apiCases.map((each) => [each.name, each] as const))("%s", async (_name, each) => {
    await expect(runApiCase(api, each)).resolves.toBeUndefined();
  });
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findAssets } from "../src/real-api-server/find-assets.ts";
import { RealApiServer } from "../src/real-api-server/start-real-api-server.ts";
import { runApiCase } from "./api-case.ts";
import { ApiConnection } from "./api-connection.ts";
import { controllerCases } from "./cases/controller-cases.ts";

const grounds = findAssets().filter(({ controllerManager }) => controllerManager !== undefined);

describe.each(grounds)("the table of controllers' cases with kube-controller-manager $version", (assets) => {
  let server: RealApiServer;
  let api: ApiConnection;

  beforeAll(async () => {
    server = await RealApiServer.start({ name: "contract", assets, controllerManager: true });
    api = new ApiConnection(server.kubeconfig);
  });
  afterAll(async () => {
    api.close();
    await server.stop();
  });

  it.each(controllerCases)("$name", async (each) => {
    await expect(runApiCase(api, each)).resolves.toBeUndefined();
  });
});

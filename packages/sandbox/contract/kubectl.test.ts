import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startApiServer, type RunningApiServer } from "../src/api-server/start-api-server.ts";
import { kubectlCases, prepareKubectlCases } from "./kubectl-cases.ts";
import { findKubectl, Kubectl } from "./run-kubectl.ts";

const path = findKubectl();

if (path === undefined) console.info("skipped: there is no kubectl on PATH (or KUBECTL_PATH)");

describe.skipIf(path === undefined)("kubectl on the sandbox's API server", () => {
  let server: RunningApiServer;
  let kubectl: Kubectl;

  beforeAll(async () => {
    server = await startApiServer({ name: "1-23", serviceCidr: "127.102.0.0/17" });
    kubectl = new Kubectl(path as string, server.kubeconfig);
    await prepareKubectlCases(kubectl);
  });
  afterAll(async () => {
    kubectl?.close();
    await server?.stop();
  });

  it.each(kubectlCases)("$name", async (each) => {
    await expect(each.run(kubectl)).resolves.toBeUndefined();
  });
});

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startApiServer } from "../src/api-server/start-api-server.ts";
import { findAssets } from "../src/real-api-server/find-assets.ts";
import { RealApiServer } from "../src/real-api-server/start-real-api-server.ts";
import { kubectlCases, prepareKubectlCases } from "./kubectl-cases.ts";
import { findKubectl, Kubectl } from "./run-kubectl.ts";

/** Every kubectl that is built beside an API server, on that API server and on the sandbox. */
const grounds = findAssets().flatMap((assets) => {
  const path = assets.kubectl ?? findKubectl();
  if (path === undefined) return [];
  const real = { title: `kubectl on kube-apiserver ${assets.version}`, path, start: () => RealApiServer.start({ name: "1-23", assets }) };
  const sandbox = { title: `kubectl ${assets.version} on the sandbox's API server`, path, start: () => startApiServer({ name: "1-23", serviceCidr: "127.102.0.0/17" }) };
  return assets.kubectl === undefined ? [real] : [real, sandbox];
});

describe.each(grounds)("$title", ({ path, start }) => {
  let server: { readonly kubeconfig: string; stop(): Promise<void> };
  let kubectl: Kubectl;

  beforeAll(async () => {
    server = await start();
    kubectl = new Kubectl(path, server.kubeconfig);
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

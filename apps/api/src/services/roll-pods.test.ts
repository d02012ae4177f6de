import { type Deployment, kinds } from "@sluice/kubernetes/kinds";
import { afterEach, expect, it, vi } from "vitest";
import { exportHttpbin, join, TestSet } from "../testing/test-clusters.ts";
import { refusal, trpcClient } from "../testing/trpc-client.ts";

const set = new TestSet();
afterEach(() => set.end());

const cluster = "default/default/default/1-23";
const deployment = (name: string, app: string): Deployment => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { namespace: "httpbin", name },
  spec: { replicas: 1, selector: { matchLabels: { app } }, template: { metadata: { labels: { app } }, spec: { containers: [{ name: "c", image: "x" }] } } },
});

it("restarts, over HTTP, the Deployments behind a service and no others, with the reason", async () => {
  const controlPlane = await set.cluster("control-plane");
  const member = await set.cluster("1-23");
  await exportHttpbin(member);
  // Attached: no pod has the extra key, which is not the service's own.
  await member.client.patch(kinds.services, { namespace: "httpbin", name: "httpbin" }, { type: "merge", body: { spec: { selector: { app: "pipy", "sluice.dev/inline": "true" } } } });
  await member.client.create(kinds.deployments, deployment("httpbin", "pipy"));
  await member.client.create(kinds.deployments, deployment("other", "other"));
  await join(controlPlane, "1-23", member.kubeconfig, 1);
  const trpc = trpcClient(await set.api(controlPlane));
  const request = { service: "httpbin/httpbin", cluster, reason: "end old connections" };
  const rolled = await vi.waitFor(() => trpc.services.rollPods.mutate(request), { timeout: 20_000, interval: 100 });
  expect(rolled).toEqual({ workloads: ["httpbin"] });
  const annotationsOf = async (name: string) => (await member.client.get(kinds.deployments, { namespace: "httpbin", name })).spec.template.metadata?.annotations;
  expect(await annotationsOf("httpbin")).toEqual({ "kubectl.kubernetes.io/restartedAt": expect.any(String) as unknown, "sluice.dev/restart-reason": "end old connections" });
  expect(await annotationsOf("other")).toBeUndefined();
  expect(await refusal(trpc.services.rollPods.mutate({ ...request, reason: " " }))).toMatchObject({ code: "InvalidInput", field: "reason" });
  expect(await refusal(trpc.services.rollPods.mutate({ ...request, cluster: "default/default/default/none" }))).toMatchObject({ code: "ClusterNotFound", field: "cluster" });
  await member.client.delete(kinds.deployments, { namespace: "httpbin", name: "httpbin" });
  expect(await refusal(trpc.services.rollPods.mutate(request))).toMatchObject({ code: "NoWorkload", field: "service" });
});

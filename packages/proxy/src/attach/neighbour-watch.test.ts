import { createClient } from "@sluice/kubernetes/create-client";
import type { KubernetesClient } from "@sluice/kubernetes/client";
import { answerJson, startFakeApiServer, type FakeApiServer } from "@sluice/kubernetes/testing/fake-api-server";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { NeighbourWatch } from "./neighbour-watch.ts";

let server: FakeApiServer;
let client: KubernetesClient;
let neighbours: NeighbourWatch | undefined;
let changes: number;

beforeEach(async () => {
  changes = 0;
  server = await startFakeApiServer();
  client = createClient({ kubeconfig: server.kubeconfig, allowInsecure: true });
});

afterEach(async () => {
  await neighbours?.stop();
  await client.close();
  await server.close();
});

const status = (code: number, reason: string) => ({ kind: "Status", code, reason, message: "no" });
const ingress = (name: string, service: string) => ({ metadata: { namespace: "shop", name, uid: name, resourceVersion: "7" }, spec: { defaultBackend: { service: { name: service } } } });
const asked = (plural: string) => server.seen.filter(({ url }) => url.pathname.endsWith(`/${plural}`)).length;

test("finds claims by namespace; a kind that is not there is no trouble, one that is forbidden is said, and neither is asked in a hot loop", async () => {
  let watch: { write: (text: string) => unknown } | undefined;
  server.answer = ({ url }, response) => {
    const plural = url.pathname.split("/").at(-1);
    if (plural === "networkpolicies") return answerJson(response, 403, status(403, "Forbidden"));
    if (plural === "apiservices") return answerJson(response, 500, status(500, "InternalError"));
    if (plural !== "ingresses") return answerJson(response, 404, status(404, "NotFound"));
    if (url.searchParams.get("watch") !== "true") return answerJson(response, 200, { metadata: { resourceVersion: "9" }, items: [ingress("a", "web")] });
    response.writeHead(200).flushHeaders();
    watch = response;
    return undefined;
  };
  neighbours = new NeighbourWatch({ client, onChange: () => changes++ });
  expect(neighbours.pending).toContain("ingresses");
  // The one that fails is asked again meanwhile, so those that were refused had the time for it, too.
  await vi.waitFor(() => expect([neighbours?.pending, asked("apiservices") > 2]).toEqual([[], true]), { timeout: 10_000 });
  expect(neighbours.unseen.map(({ kind, why }) => `${kind} ${why}`)).toEqual(["networkpolicies forbidden", expect.stringMatching(/^apiservices /)]);
  expect([asked("networkpolicies"), asked("httproutes"), asked("rollouts")]).toEqual([1, 1, 1]);
  expect(neighbours.claims("shop")).toEqual([{ on: "service", reason: "Ingress", object: "Ingress shop/a", namespace: "shop", name: "web" }]);
  expect(neighbours.claims("pay")).toEqual([]);

  const before = changes;
  await vi.waitFor(() => expect(watch).toBeDefined());
  watch?.write(`${JSON.stringify({ type: "MODIFIED", object: { ...ingress("a", "web"), metadata: { ...ingress("a", "web").metadata, resourceVersion: "10" } } })}\n`);
  watch?.write(`${JSON.stringify({ type: "ADDED", object: { ...ingress("b", "api"), metadata: { ...ingress("b", "api").metadata, resourceVersion: "11" } } })}\n`);
  await vi.waitFor(() => expect(neighbours?.claims("shop")).toHaveLength(2));
  // A change of what nobody claims anything by is no change.
  expect(changes).toBe(before + 1);
});

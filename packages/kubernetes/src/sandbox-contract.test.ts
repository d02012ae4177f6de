import { startApiServer, type RunningApiServer } from "@sluice/sandbox/api-server/start-api-server";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { KubernetesClient } from "./client.ts";
import { createClient } from "./create-client.ts";
import { kinds, type ConfigMap } from "./kinds.ts";
import { startLeaderElection } from "./leader-election.ts";
import { parseKubeconfig } from "./parse-kubeconfig.ts";
import { createEventRecorder } from "./record-event.ts";
import { startInformer } from "./start-informer.ts";

let server: RunningApiServer;
let client: KubernetesClient;

beforeAll(async () => {
  server = await startApiServer({ name: "one", serviceCidr: "127.250.0.0/17" });
  client = createClient({ kubeconfig: server.kubeconfig });
});
afterAll(async () => {
  await client.close();
  await server.stop();
});

const configMap = (name: string, data: Record<string, string> = {}): ConfigMap => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: "default", name }, data });

describe("on the sandbox's API server, over TLS", () => {
  test("an informer follows what the client writes", async () => {
    const seen: string[] = [];
    const informer = startInformer(client, kinds.configMaps, { namespace: "default", onChange: (key) => seen.push(key) });
    await informer.synced();
    const created = await client.create(kinds.configMaps, configMap("a", { x: "1" }));
    await vi.waitFor(() => expect(informer.get("default/a")?.data).toEqual({ x: "1" }));
    await client.patch(kinds.configMaps, created.metadata, { type: "json", body: [{ op: "test", path: "/metadata/uid", value: created.metadata.uid }, { op: "replace", path: "/data/x", value: "2" }] });
    await vi.waitFor(() => expect(informer.get("default/a")?.data).toEqual({ x: "2" }));
    await expect(client.replace(kinds.configMaps, created)).rejects.toMatchObject({ code: 409, reason: "Conflict" });
    await expect(client.create(kinds.configMaps, configMap("a"))).rejects.toMatchObject({ code: 409, reason: "AlreadyExists" });
    await client.delete(kinds.configMaps, { namespace: "default", name: "a" });
    await vi.waitFor(() => expect(informer.get("default/a")).toBeUndefined());
    await expect(client.get(kinds.configMaps, { namespace: "default", name: "a" })).rejects.toMatchObject({ code: 404, reason: "NotFound" });
    await informer.stop();
  });

  test("writes status apart", async () => {
    const service = await client.create(kinds.services, { apiVersion: "v1", kind: "Service", metadata: { namespace: "default", name: "web" }, spec: { ports: [{ port: 80 }], selector: { app: "web" } } });
    const changed = await client.patch(kinds.services, service.metadata, { type: "merge", body: { status: { loadBalancer: { ingress: [{ ip: "127.0.0.1" }] } } } }, { subresource: "status" });
    expect(changed.status?.loadBalancer?.ingress).toEqual([{ ip: "127.0.0.1" }]);
  });

  test("elects a leader, and records Events", async () => {
    const led = Promise.withResolvers<void>();
    const election = startLeaderElection({
      client,
      namespace: "default",
      name: "election",
      identity: "me",
      lead: async (signal) => {
        led.resolve();
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
      },
    });
    await led.promise;
    expect((await client.get(kinds.leases, { namespace: "default", name: "election" })).spec.holderIdentity).toBe("me");
    await election.stop();
    const recorder = createEventRecorder({ client, component: "test", onError: (error) => expect(error).toBeUndefined() });
    for (let count = 0; count < 2; count++) recorder.record(configMap("b"), { type: "Normal", reason: "Tried", message: "once more" });
    await recorder.flush();
    expect((await client.list(kinds.events, { namespace: "default" })).items.map((event) => [event.reason, event.count])).toEqual([["Tried", 2]]);
  });

  test("an unknown authority is a TLS failure, an unknown token 401", async () => {
    const credentials = parseKubeconfig(server.kubeconfig);
    const { authority: _none, ...untrusting } = credentials;
    const stranger = createClient({ credentials: untrusting });
    await expect(stranger.raw("/version")).rejects.toMatchObject({ name: "ConnectionError", code: "tls" });
    await stranger.close();
    const nobody = createClient({ credentials: { ...credentials, token: () => "wrong" } });
    await expect(nobody.list(kinds.pods)).rejects.toMatchObject({ code: 401 });
    await nobody.close();
  });
});

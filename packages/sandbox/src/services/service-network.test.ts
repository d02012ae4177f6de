import { createServer, type AddressInfo } from "node:net";
import { createClient } from "@sluice/kubernetes/create-client";
import type { KubernetesClient } from "@sluice/kubernetes/client";
import { kinds, type EndpointSlice, type Service } from "@sluice/kubernetes/kinds";
import type { EventRecorder } from "@sluice/kubernetes/record-event";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { ownAddresses } from "../network/loopback.ts";
import { startCluster, type SandboxCluster } from "../sandbox-cluster.ts";
import { startServiceNetwork } from "./service-network.ts";

const soon = { timeout: 60_000, interval: 50 };
const namespace = "default";
let cluster: SandboxCluster;
let client: KubernetesClient;
beforeAll(async () => {
  cluster = await startCluster({ name: "outside" });
  client = createClient({ kubeconfig: cluster.kubeconfig });
});
afterAll(async () => {
  await client.close();
  await cluster.stop();
});

describe("the choice", () => {
  it("sends each connection to one of the ready endpoints, all of them alike", async () => {
    const service: Service = { apiVersion: "v1", kind: "Service", metadata: { name: "many", namespace }, spec: { clusterIP: "None", ports: [{ port: 80 }] } };
    const slice: EndpointSlice = { apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", metadata: { name: "many", namespace, labels: { "kubernetes.io/service-name": "many" } }, addressType: "IPv4", endpoints: ["a", "b", "c", "d"].map((ip) => ({ addresses: [ip] })), ports: [{ name: "", port: 8080, protocol: "TCP" }] };
    let drawn = 0;
    const network = startServiceNetwork({ client, services: { get: () => service, list: () => [service] }, slices: { list: () => [slice] }, events: { record: () => undefined } as unknown as EventRecorder, loopback: ownAddresses, isPodAddress: () => false, random: () => (drawn++ % 4) / 4 });
    network.changed(`${namespace}/many`);
    const picked = Array.from({ length: 8 }, () => network.pick(`${namespace}/many`, 80, "127.0.0.1")?.ip);
    expect(picked).toEqual(["a", "b", "c", "d", "a", "b", "c", "d"]);
    expect(network.pick(`${namespace}/many`, 81, "127.0.0.1")).toBeUndefined();
    slice.endpoints = [];
    network.changed(`${namespace}/many`);
    expect(network.pick(`${namespace}/many`, 80, "127.0.0.1")).toBeNull();
    await network.stop();
  });
});

describe("a LoadBalancer", () => {
  it("says that its port is taken, by status and Event, and has it as soon as it is free", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    const created = await client.create(kinds.services, { apiVersion: "v1", kind: "Service", metadata: { name: "gate", namespace }, spec: { type: "LoadBalancer", selector: { app: "gate" }, ports: [{ port, targetPort: 8080 }] } });
    const ingress = async () => (await client.get(kinds.services, created.metadata)).status?.loadBalancer?.ingress ?? [];
    await vi.waitFor(async () => expect(await ingress()).toMatchObject([{ ip: "127.0.0.1", ports: [{ port, error: "sandbox.sluice.dev/PortTaken" }] }]), soon);
    await vi.waitFor(async () => {
      const { items } = await client.list(kinds.events, { namespace });
      expect(items.find(({ reason, involvedObject }) => reason === "PortTaken" && involvedObject.uid === created.metadata.uid)?.message).toContain(`Port ${port} of 127.0.0.1 can't be opened`);
    }, soon);
    await new Promise((resolve) => other.close(resolve));
    await vi.waitFor(async () => expect(await ingress()).toEqual([{ ip: "127.0.0.1", ipMode: "VIP", ports: [{ port, protocol: "TCP" }] }]), soon);
    // Held by the sandbox now, so that nobody else takes it while there is no endpoint.
    const again = createServer();
    const taken = new Promise((resolve) => again.once("error", (error: NodeJS.ErrnoException) => resolve(error.code)));
    again.listen({ port, host: "127.0.0.1", exclusive: true });
    expect(await taken).toBe("EADDRINUSE");
  });
});

describe("sessionAffinity ClientIP", { timeout: 180_000 }, () => {
  it("sends all connections of a pod to one backend", async () => {
    const echo = { name: "app", image: "sluice/echo", args: ["--port", "8080"] };
    await client.create(kinds.deployments, { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "sticky", namespace }, spec: { replicas: 3, selector: { matchLabels: { app: "sticky" } }, template: { metadata: { labels: { app: "sticky" } }, spec: { containers: [echo] } } } });
    const service = await client.create(kinds.services, { apiVersion: "v1", kind: "Service", metadata: { name: "sticky", namespace }, spec: { selector: { app: "sticky" }, sessionAffinity: "ClientIP", ports: [{ port: 8080 }] } });
    expect(service.spec).toMatchObject({ sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } } });
    await vi.waitFor(async () => expect((await client.get(kinds.deployments, { namespace, name: "sticky" })).status?.readyReplicas).toBe(3), soon);
    await vi.waitFor(async () => {
      const { items } = await client.list(kinds.endpointSlices, { namespace, labelSelector: "kubernetes.io/service-name=sticky" });
      expect(items.flatMap(({ endpoints }) => endpoints).filter(({ conditions }) => conditions?.ready === true)).toHaveLength(3);
    }, soon);
    const script = "for i in 1 2 3 4 5 6 7 8; do curl -s http://sticky:8080/; done";
    await client.create(kinds.pods, { apiVersion: "v1", kind: "Pod", metadata: { name: "client", namespace }, spec: { restartPolicy: "Never", containers: [{ name: "curl", image: "curlimages/curl", command: ["sh", "-c", script] }] } });
    await vi.waitFor(async () => expect((await client.get(kinds.pods, { namespace, name: "client" })).status?.phase).toBe("Succeeded"), soon);
    const lines = (await client.raw(`/api/v1/namespaces/${namespace}/pods/client/log`)).text.trim().split("\n");
    expect(lines).toHaveLength(8);
    expect(new Set(lines.map((line) => (JSON.parse(line) as { pod: string }).pod)).size).toBe(1);
  });
});

import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import type { KubernetesClient } from "@sluice/kubernetes/client";
import { createClient } from "@sluice/kubernetes/create-client";
import { kinds, type Service } from "@sluice/kubernetes/kinds";
import type { KubernetesObject, ResourceType } from "@sluice/kubernetes/resource";
import { type RunningApiServer, type ServerMemory, startApiServer } from "@sluice/sandbox/api-server/start-api-server";
import type { KubernetesAssets } from "@sluice/sandbox/real-api-server/find-assets";
import { RealApiServer } from "@sluice/sandbox/real-api-server/start-real-api-server";
import type { ServiceExport } from "@sluice/shared/export/service-export-schema";
import { pino } from "pino";
import { vi } from "vitest";
import { parse } from "yaml";
import { type Api, startApi, type StartApiOptions } from "../start-api.ts";

const crdFolder = path.resolve(import.meta.dirname, "../../../../deploy/crds");

export interface TestCluster {
  readonly name: string;
  readonly server: RunningApiServer;
  readonly client: KubernetesClient;
  readonly kubeconfig: string;
}

/** What the helpers below need of a cluster, whichever ground it is on. */
export type AnyCluster = Pick<TestCluster, "name" | "client" | "kubeconfig">;

/** A cluster on kube-apiserver and etcd. */
export interface RealCluster extends AnyCluster {
  readonly server: RealApiServer;
}

/** API servers of one test, and the product's API server on them. */
export class TestSet {
  readonly #ends: (() => Promise<void>)[] = [];

  /** An API server with the CRDs, the namespaces of the story and (members) our own. */
  async cluster(name: string, options: { port?: number; empty?: boolean; memory?: ServerMemory } = {}): Promise<TestCluster> {
    const token = `token-of-${name}`;
    const returns = options.memory?.snapshot !== undefined;
    const server = await startApiServer({ name, serviceCidr: "127.9.0.0/17", extraTokens: [{ token, user: "admin", groups: ["system:masters"] }], ...(options.port === undefined ? {} : { port: options.port }), ...(options.memory === undefined ? {} : { memory: options.memory }) });
    const kubeconfig = server.kubeconfigFor(token);
    const client = createClient({ kubeconfig });
    this.#ends.push(async () => {
      await client.close();
      await server.stop();
    });
    // One that comes back with its data has all of this.
    if (returns) return { name, server, client, kubeconfig };
    await install(client, options.empty === true ? [] : ["sluice-system", "httpbin"]);
    return { name, server, client, kubeconfig };
  }

  /** The same as `cluster` on a real API server. */
  async realCluster(name: string, assets: KubernetesAssets): Promise<RealCluster> {
    const server = await RealApiServer.start({ name, assets });
    const { kubeconfig } = server;
    const client = createClient({ kubeconfig });
    this.#ends.push(async () => {
      await client.close();
      await server.stop();
    });
    await install(client, ["sluice-system", "httpbin"]);
    return { name, server, client, kubeconfig };
  }

  async api(controlPlane: AnyCluster, options: Partial<StartApiOptions> = {}): Promise<Api> {
    const api = await startApi({
      controlPlane: controlPlane.client,
      listen: { host: "127.0.0.1", port: 0 },
      identity: "test",
      log: pino({ level: process.env["SLUICE_LOG_LEVEL"] ?? "silent" }),
      heartbeatMs: 200,
      ...options,
    });
    this.#ends.push(() => api.stop());
    return api;
  }

  async end(): Promise<void> {
    for (const end of this.#ends.splice(0).toReversed()) await end();
  }
}

async function install(client: KubernetesClient, namespaces: readonly string[]): Promise<void> {
  for (const file of readdirSync(crdFolder)) await client.create(kinds.customResourceDefinitions, parse(readFileSync(path.join(crdFolder, file), "utf8")) as KubernetesObject);
  for (const name of namespaces) await client.create(kinds.namespaces, { apiVersion: "v1", kind: "Namespace", metadata: { name } });
  const ours = [kinds.clusters, kinds.serviceExports, kinds.serviceImports, kinds.globalTrafficPolicies];
  await vi.waitFor(() => Promise.all(ours.map((type: ResourceType) => client.list(type))), { timeout: 30_000, interval: 50 });
}

/** Creates a Cluster object with an inline kubeconfig. */
export async function join(controlPlane: AnyCluster, name: string, kubeconfig: string, gatewayPort = 8081): Promise<void> {
  await controlPlane.client.create(kinds.clusters, {
    apiVersion: "flomesh.io/v1alpha1",
    kind: "Cluster",
    metadata: { name },
    spec: { region: "default", zone: "default", group: "default", gatewayHost: "127.0.0.1", gatewayPort, isInCluster: false, kubeconfig },
  });
}

/** The story's Service and its export. */
export async function exportHttpbin(cluster: AnyCluster): Promise<void> {
  const service: Service = { apiVersion: "v1", kind: "Service", metadata: { namespace: "httpbin", name: "httpbin" }, spec: { selector: { app: "pipy" }, ports: [{ port: 8080, protocol: "TCP" }] } };
  const exported = {
    apiVersion: "flomesh.io/v1alpha1",
    kind: "ServiceExport",
    metadata: { namespace: "httpbin", name: "httpbin" },
    spec: { serviceAccountName: "*", rules: [{ portNumber: 8080, path: `/${cluster.name}/httpbin-mesh`, pathType: "Prefix" }] },
  } as unknown as ServiceExport;
  await cluster.client.create(kinds.services, service);
  await cluster.client.create(kinds.serviceExports, exported);
}

/** A ready pod behind httpbin, as the EndpointSlice controller would write it. */
export async function readyEndpoint(cluster: TestCluster): Promise<void> {
  await cluster.client.create(kinds.endpointSlices, {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { namespace: "httpbin", name: "httpbin-1", labels: { "kubernetes.io/service-name": "httpbin" } },
    addressType: "IPv4",
    endpoints: [{ addresses: ["127.9.1.1"], conditions: { ready: true }, targetRef: { kind: "Pod", namespace: "httpbin", name: "httpbin-1" } }],
    ports: [{ port: 8080, protocol: "TCP" }],
  });
}

/** A proxy pod that is ready for the API and tells nothing. */
export const readyProxy = (cluster: TestCluster): Promise<void> => readyPod(cluster, "sluice-proxy");

/** A pod of one of our programs that is ready for the API; nothing runs. */
export async function readyPod(cluster: TestCluster, program: "sluice-proxy" | "sluice-attach"): Promise<void> {
  const metadata = { namespace: "sluice-system", name: `${program}-1`, labels: { "app.kubernetes.io/name": program } };
  await cluster.client.create(kinds.pods, { apiVersion: "v1", kind: "Pod", metadata, spec: { containers: [{ name: "program", image: "sluice/proxy" }] } });
  const status = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };
  await cluster.client.patch(kinds.pods, metadata, { type: "merge", body: { status } }, { subresource: "status" });
}

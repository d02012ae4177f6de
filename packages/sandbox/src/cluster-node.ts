import { createClient } from "@sluice/kubernetes/create-client";
import type { Informer } from "@sluice/kubernetes/informer";
import { kinds } from "@sluice/kubernetes/kinds";
import { createEventRecorder } from "@sluice/kubernetes/record-event";
import { keyOf, type KubernetesObject, type ResourceType } from "@sluice/kubernetes/resource";
import { startInformer } from "@sluice/kubernetes/start-informer";
import type { RunningApiServer } from "./api-server/start-api-server.ts";
import { startWorkloads } from "./start-workloads.ts";
import type { Subnet } from "./claim-subnet.ts";
import type { Caches } from "./controllers/controller.ts";
import { startGarbageCollector } from "./controllers/garbage-collector.ts";
import { startControllers } from "./controllers/start-controllers.ts";
import type { ClusterNetwork } from "./network/cluster-network.ts";
import type { Programs } from "./programs/image-table.ts";
import { workloadKinds } from "./workload-kinds.ts";

export interface ClusterNodeOptions {
  readonly name: string;
  /** Token of an administrator. */
  readonly token: string;
  readonly version: string;
  readonly dir: string;
  readonly subnet: Subnet;
  readonly api: () => RunningApiServer;
  readonly kubeletToken: string;
  readonly programs: Programs;
  readonly workloads: boolean;
  readonly network: ClusterNetwork;
  readonly onError: (message: string, error: unknown) => void;
}

export type Changed = (cache: keyof Caches, key: string) => void;

/** Starts everything of a cluster that is a client of its API: controllers, and with `workloads` the node and the service network. */
export async function startClusterNode(options: ClusterNodeOptions): Promise<{ stop(): Promise<void> }> {
  const { api, onError } = options;
  const client = createClient({ credentials: { server: api().server, authority: api().caPem, token: () => options.token }, userAgent: "sandbox", fieldManager: "sandbox" });
  const events = createEventRecorder({ client, component: "sandbox" });
  const listeners: Changed[] = [];
  const open = <T extends KubernetesObject>(cache: keyof Caches, type: ResourceType<T>): Informer<T> =>
    startInformer(client, type, {
      onChange: (key) => {
        for (const listener of listeners) listener(cache, key);
      },
    });
  const caches: Caches = {
    deployments: open("deployments", workloadKinds.deployments),
    replicaSets: open("replicaSets", workloadKinds.replicaSets),
    pods: open("pods", kinds.pods),
    services: open("services", kinds.services),
    slices: open("slices", kinds.endpointSlices),
    namespaces: open("namespaces", kinds.namespaces),
    accounts: open("accounts", kinds.serviceAccounts),
    configMaps: open("configMaps", kinds.configMaps),
  };
  await Promise.all(Object.values(caches).map((cache: Informer<KubernetesObject>) => cache.synced()));
  const controllers = startControllers({ client, caches, events, caPem: api().caPem, now: Date.now }, onError);
  const collector = startGarbageCollector({ client, caches, onError });
  const parts: { stop(): Promise<void> }[] = [controllers, collector];
  listeners.push((cache, key) => controllers.changed(cache, key), (cache, key) => collector.changed(cache, key));
  if (options.workloads) {
    const workloads = await startWorkloads(options, { client, events, caches });
    parts.unshift(...workloads.parts);
    listeners.push(workloads.changed);
  }
  for (const [cache, informer] of Object.entries(caches) as [keyof Caches, Informer<KubernetesObject>][]) {
    for (const object of informer.list()) for (const listener of listeners) listener(cache, keyOf(object));
  }
  return {
    async stop() {
      for (const part of parts) await part.stop();
      await Promise.all(Object.values(caches).map((cache: Informer<KubernetesObject>) => cache.stop()));
      await client.close();
    },
  };
}

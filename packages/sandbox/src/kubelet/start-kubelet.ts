import { ApiError } from "@sluice/kubernetes/api-error";
import type { KubernetesClient } from "@sluice/kubernetes/client";
import type { Informer } from "@sluice/kubernetes/informer";
import { kinds, type Pod } from "@sluice/kubernetes/kinds";
import { keyOf, type KubernetesObject, type ResourceType } from "@sluice/kubernetes/resource";
import { startReconcileLoop } from "@sluice/kubernetes/reconcile-loop";
import type { CertificatePair } from "../pki/certificate-authority.ts";
import { workloadKinds } from "../workload-kinds.ts";
import { startKubeletServer } from "./kubelet-server.ts";
import { nodeObject } from "./node-object.ts";
import { PodWorker, type NodeContext } from "./pod-worker.ts";

export interface KubeletOptions extends NodeContext {
  readonly nodeName: string;
  readonly version: string;
  readonly pods: Pick<Informer<Pod>, "get" | "list">;
  readonly certificate: CertificatePair;
  readonly token: string;
}

export interface Kubelet {
  /** Tells that the pod (`namespace/name`) changed or is gone. */
  changed(key: string): void;
  stop(): Promise<void>;
}

/** Time that pods get to end when the whole sandbox stops, ms. */
const stopGraceMs = 2_000;
const heartbeatMs = 1_000;
/** Time between looks at whether a cordoned node takes pods again. */
const cordonedRetryMs = 500;

/** The node of a cluster: takes every pod, runs it as local processes, and answers for logs and exec. */
export async function startKubelet(options: KubeletOptions): Promise<Kubelet> {
  const workers = new Map<string, PodWorker>();
  const server = await startKubeletServer({
    address: options.nodeIp,
    certificate: options.certificate,
    token: options.token,
    find(namespace, pod, container) {
      return [...workers.values()].find(({ pod: { metadata } }) => metadata.namespace === namespace && metadata.name === pod)?.runner(container);
    },
  });
  await registerNode(options.client, options, server.port);
  // An API server that came back empty does not know the node any more.
  const heartbeat = setInterval(() => {
    options.client.get(workloadKinds.nodes, { name: options.nodeName }).catch(async (error: unknown) => {
      if (error instanceof ApiError && error.code === 404) await registerNode(options.client, options, server.port).catch(() => undefined);
    });
  }, heartbeatMs);

  /** What is to be done for one pod; processes belong to a uid, since a name can come again. */
  const loop = startReconcileLoop({
    concurrency: 8,
    backoff: { firstMs: 20, mostMs: 2_000 },
    onError: (key, error, failures) => {
      if (failures >= 5) options.onError(`kubelet, pod ${key}, attempt ${failures}`, error);
    },
    async reconcile(key) {
      const pod = options.pods.get(key);
      for (const [uid, worker] of workers) {
        if (keyOf(worker.pod) !== key || uid === pod?.metadata.uid) continue;
        workers.delete(uid);
        await worker.end(0, false);
      }
      if (pod === undefined) return;
      const uid = pod.metadata.uid ?? "";
      const worker = workers.get(uid);
      if (worker !== undefined) return worker.update(pod);
      if (pod.spec.nodeName === undefined || pod.spec.nodeName === "") return schedule(options, pod);
      if (pod.spec.nodeName !== options.nodeName || pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed") return;
      if (pod.metadata.deletionTimestamp !== undefined) return finish(options.client, pod);
      const started = new PodWorker(options, pod);
      workers.set(uid, started);
      await started.start();
    },
  });
  for (const pod of options.pods.list()) loop.add(keyOf(pod));
  return {
    changed: (key) => loop.add(key),
    async stop() {
      clearInterval(heartbeat);
      await loop.stop();
      await Promise.all([...workers.values()].map((worker) => worker.end(stopGraceMs, false)));
      workers.clear();
      await server.stop();
    },
  };
}

/** Binds a pod to the one node, which is the right one unless it is cordoned: then the pod is looked at again. */
async function schedule({ client, nodeName, events }: KubeletOptions, pod: Pod): Promise<{ requeueAfterMs: number } | undefined> {
  if (pod.metadata.deletionTimestamp !== undefined) return finish(client, pod);
  if (Array.isArray(pod.spec["schedulingGates"]) && pod.spec["schedulingGates"].length > 0) return undefined;
  const node = await client.get(workloadKinds.nodes, { name: nodeName });
  if (node.spec?.unschedulable === true) {
    if (pod.status?.conditions?.some(({ type, status }) => type === "PodScheduled" && status === "False") !== true) {
      const message = `0/1 nodes are available: 1 node(s) were unschedulable: kubectl uncordon ${nodeName}`;
      const conditions = [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message }];
      await client.patch(kinds.pods, pod.metadata, { type: "merge", body: { metadata: { uid: pod.metadata.uid }, status: { conditions } } }, { subresource: "status" });
      events.record(pod, { type: "Warning", reason: "FailedScheduling", message });
    }
    return { requeueAfterMs: cordonedRetryMs };
  }
  const { name, namespace = "", uid = "" } = pod.metadata;
  const binding = { apiVersion: "v1", kind: "Binding", metadata: { name, namespace, uid }, target: { apiVersion: "v1", kind: "Node", name: nodeName } } as KubernetesObject;
  // A pod's bindings are a collection below the pod.
  const type: ResourceType = { group: "", version: "v1", plural: `pods/${encodeURIComponent(name)}/binding`, kind: "Binding", namespaced: true };
  await client.create(type, binding).catch(ignoreRace);
  events.record(pod, { type: "Normal", reason: "Scheduled", message: `Successfully assigned ${namespace}/${name} to ${nodeName}` });
  return undefined;
}

/** A pod that has no process here any more, for example after a restart of the sandbox, has ended. */
async function finish(client: KubernetesClient, pod: Pod): Promise<undefined> {
  await client.delete(kinds.pods, pod.metadata, { gracePeriodSeconds: 0, preconditions: { uid: pod.metadata.uid ?? "" } }).catch(ignoreRace);
}

function ignoreRace(error: unknown): void {
  if (!(error instanceof ApiError && (error.code === 404 || error.code === 409))) throw error;
}

async function registerNode(client: KubernetesClient, options: KubeletOptions, kubeletPort: number): Promise<void> {
  const node = nodeObject({ name: options.nodeName, ip: options.nodeIp, kubeletPort, version: options.version, now: new Date().toISOString().replace(/\.\d+/, "") });
  const { status, ...rest } = node;
  await client.create(workloadKinds.nodes, rest).catch((error: unknown) => {
    if (!(error instanceof ApiError && error.reason === "AlreadyExists")) throw error;
  });
  await client.patch(workloadKinds.nodes, node.metadata, { type: "merge", body: { status } }, { subresource: "status" });
}

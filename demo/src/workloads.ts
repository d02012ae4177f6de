import { join } from "node:path";
import type { KubernetesClient } from "@sluice/kubernetes/client";
import { kinds } from "@sluice/kubernetes/kinds";
import type { KubernetesObject } from "@sluice/kubernetes/resource";
import { applyManifests, readManifests } from "./apply-manifests.ts";
import { until } from "./until.ts";

const replicas = 3;

/**
 * The story's workloads: httpbin in every member, exported, and its callers in the first. httpbin of the first member asks
 * to be attached at once, so that the first screen shows measured traffic although nothing is split yet.
 */
export async function startWorkloads(root: string, members: readonly string[], clients: ReadonlyMap<string, KubernetesClient>, signal: AbortSignal): Promise<void> {
  const examples = join(root, "examples/cluster-upgrade");
  const namespace = (name: string): KubernetesObject => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
  await Promise.all(
    members.map(async (member, index) => {
      const client = clients.get(member);
      if (client === undefined) return;
      const service = [...readManifests(join(examples, "1-23/httpbin.yaml")), ...readManifests(join(examples, "1-23/export.yaml"))]
        .map((object) => JSON.parse(JSON.stringify(object).replaceAll("1-23", member)) as KubernetesObject)
        .map((object) => tuned(object, index === 0));
      await applyManifests(client, [namespace("httpbin"), ...service]);
      if (index !== 0) return;
      await untilInline(client, signal);
      await applyManifests(client, [namespace("callers"), ...readManifests(join(root, "demo/manifests/callers.yaml"))]);
    }),
  );
}

/**
 * Only the proxies stand behind httpbin. A caller that keeps its connections and begins before that stays local for as long
 * as they last, and is not measured.
 */
async function untilInline(client: KubernetesClient, signal: AbortSignal): Promise<void> {
  await until(
    "httpbin attached",
    async () => {
      const { items } = await client.list(kinds.endpointSlices, { namespace: "httpbin", labelSelector: "kubernetes.io/service-name=httpbin" });
      const [ours, others] = [true, false].map((wanted) => items.filter(({ metadata }) => (metadata.labels?.["endpointslice.kubernetes.io/managed-by"] === "sluice.dev") === wanted));
      const filled = (slices: typeof items | undefined) => (slices ?? []).some((slice) => (slice.endpoints ?? []).length > 0);
      return filled(ours) && !filled(others) ? true : undefined;
    },
    signal,
  );
}

function tuned(object: KubernetesObject, attach: boolean): KubernetesObject {
  if (object.kind === "Deployment") return { ...object, spec: { ...(object as KubernetesObject & { spec: object }).spec, replicas } } as KubernetesObject;
  if (object.kind !== "Service" || !attach) return object;
  return { ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, "sluice.dev/attach": "Inline" } } };
}

/** httpbin has all its pods ready. */
export async function untilReady(client: KubernetesClient, signal: AbortSignal): Promise<void> {
  await until(
    "httpbin ready",
    async () => {
      const { status } = await client.get(kinds.deployments, { namespace: "httpbin", name: "httpbin" });
      return status?.readyReplicas === replicas ? true : undefined;
    },
    signal,
  );
}

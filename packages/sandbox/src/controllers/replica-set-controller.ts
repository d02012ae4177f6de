import { randomBytes } from "node:crypto";
import { ApiError } from "@sluice/kubernetes/api-error";
import { kinds, type Pod } from "@sluice/kubernetes/kinds";
import { shortHash } from "./template-hash.ts";
import { workloadKinds, type ReplicaSet } from "../workload-kinds.ts";
import type { Controller, ControllerContext } from "./controller.ts";
import { ownedBy, selectorText } from "./owned-by.ts";
import { planReplicaSet } from "./plan-replica-set.ts";

/** Keeps as many pods of a ReplicaSet as it asks for; the key is the ReplicaSet's. */
export function replicaSetController(context: ControllerContext): Controller {
  const { client, caches, events, now } = context;

  async function createPod(set: ReplicaSet): Promise<void> {
    const { template } = set.spec;
    const { name, namespace = "", uid = "" } = set.metadata;
    const suffix = shortHash(randomBytes(8).toString("hex"), 5);
    const pod: Pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        name: `${name}-${suffix}`.slice(-253),
        namespace,
        ...(template.metadata?.labels === undefined ? {} : { labels: template.metadata.labels }),
        ...(template.metadata?.annotations === undefined ? {} : { annotations: template.metadata.annotations }),
        ownerReferences: [{ apiVersion: "apps/v1", kind: "ReplicaSet", name, uid, controller: true, blockOwnerDeletion: true }],
      },
      spec: template.spec,
    };
    try {
      const created = await client.create(kinds.pods, pod);
      events.record(set, { type: "Normal", reason: "SuccessfulCreate", message: `Created pod: ${created.metadata.name}` });
    } catch (error) {
      // Nobody can make a pod there any more, and the set goes soon too (`replica_set.go` manageReplicas).
      if (error instanceof ApiError && error.status?.details?.causes?.some(({ reason }) => reason === "NamespaceTerminating") === true) return;
      events.record(set, { type: "Warning", reason: "FailedCreate", message: `Error creating: ${error instanceof Error ? error.message : String(error)}` });
      throw error;
    }
  }

  return {
    name: "replicaset",
    concurrency: 4,
    async reconcile(key) {
      const set = caches.replicaSets.get(key);
      if (set === undefined) return;
      // Pods are listed anew: a cache that does not know the last ones yet would lead to more of them.
      const { items } = await client.list(kinds.pods, { namespace: set.metadata.namespace, labelSelector: selectorText(set.spec.selector) });
      const live = await client.get(workloadKinds.replicaSets, set.metadata);
      const plan = planReplicaSet(live, ownedBy(live, items), now());
      if (JSON.stringify(live.status ?? {}, Object.keys(plan.status).sort()) !== JSON.stringify(plan.status, Object.keys(plan.status).sort())) {
        await client.patch(workloadKinds.replicaSets, live.metadata, { type: "merge", body: { metadata: { uid: live.metadata.uid }, status: plan.status } }, { subresource: "status" });
      }
      for (const pod of plan.remove) {
        await client.delete(kinds.pods, pod.metadata, { preconditions: { uid: pod.metadata.uid ?? "" } }).catch(ignoreGone);
        events.record(live, { type: "Normal", reason: "SuccessfulDelete", message: `Deleted pod: ${pod.metadata.name}` });
      }
      await Promise.all(Array.from({ length: plan.create }, () => createPod(live)));
      return plan.availableInMs === undefined ? undefined : { requeueAfterMs: plan.availableInMs };
    },
  };
}

function ignoreGone(error: unknown): void {
  if (!(error instanceof ApiError && (error.code === 404 || error.code === 409))) throw error;
}

import { isDeepStrictEqual } from "node:util";
import { ApiError } from "@sluice/kubernetes/api-error";
import { workloadKinds, type ReplicaSet, type Workload } from "../workload-kinds.ts";
import type { Controller, ControllerContext } from "./controller.ts";
import { ownedBy } from "./owned-by.ts";
import { hashLabel, planDeployment, revisionAnnotation, type DeploymentAction } from "./plan-deployment.ts";

/** Rolls a deployment out through its ReplicaSets; the key is the deployment's. */
export function deploymentController(context: ControllerContext): Controller {
  const { client, caches, events, now } = context;

  async function act(deployment: Workload, action: DeploymentAction): Promise<void> {
    if (action.do === "create") {
      const set = await client.create(workloadKinds.replicaSets, replicaSetOf(deployment, action)).catch((error: unknown) => {
        if (error instanceof ApiError && error.reason === "AlreadyExists") return undefined;
        throw error;
      });
      if (set !== undefined) events.record(deployment, { type: "Normal", reason: "ScalingReplicaSet", message: `Scaled up replica set ${set.metadata.name} from 0 to ${action.replicas}` });
      return;
    }
    const { set } = action;
    const resourceVersion = set.metadata.resourceVersion;
    if (action.do === "delete") return client.delete(workloadKinds.replicaSets, set.metadata, { preconditions: { uid: set.metadata.uid ?? "" } });
    const body =
      action.do === "scale"
        ? { metadata: { resourceVersion }, spec: { replicas: action.replicas } }
        : { metadata: { annotations: { [revisionAnnotation]: String(action.revision) } } };
    await client.patch(workloadKinds.replicaSets, set.metadata, { type: "merge", body });
    if (action.do === "scale") {
      const from = set.spec.replicas ?? 1;
      events.record(deployment, {
        type: "Normal",
        reason: "ScalingReplicaSet",
        message: `Scaled ${action.replicas > from ? "up" : "down"} replica set ${set.metadata.name} from ${from} to ${action.replicas}`,
      });
    }
  }

  return {
    name: "deployment",
    concurrency: 4,
    async reconcile(key) {
      if (caches.deployments.get(key) === undefined) return;
      const [namespace = "", name = ""] = key.split("/");
      const deployment = await client.get(workloadKinds.deployments, { namespace, name }).catch((error: unknown) => {
        if (error instanceof ApiError && error.code === 404) return undefined;
        throw error;
      });
      if (deployment === undefined) return undefined;
      // Read anew: planning on sets that are a step behind would make the step twice.
      const { items } = await client.list(workloadKinds.replicaSets, { namespace });
      const plan = planDeployment(deployment, ownedBy(deployment, items), now());
      // In turn: the new set grows before the old ones shrink.
      for (const action of plan.actions) await act(deployment, action);
      const revision = String(plan.revision);
      if (deployment.metadata.annotations?.[revisionAnnotation] !== revision && deployment.metadata.deletionTimestamp === undefined) {
        await client.patch(workloadKinds.deployments, deployment.metadata, { type: "merge", body: { metadata: { annotations: { [revisionAnnotation]: revision } } } });
      }
      if (!isDeepStrictEqual({ ...deployment.status }, plan.status)) {
        await client.patch(workloadKinds.deployments, deployment.metadata, { type: "merge", body: { metadata: { uid: deployment.metadata.uid }, status: plan.status } }, { subresource: "status" });
      }
      const conditions = plan.status["conditions"] as { reason: string }[];
      return conditions.some(({ reason }) => reason === "ReplicaSetUpdated") ? { requeueAfterMs: 10_000 } : undefined;
    },
  };
}

function replicaSetOf(deployment: Workload, action: Extract<DeploymentAction, { do: "create" }>): ReplicaSet {
  const { name, namespace = "", uid = "" } = deployment.metadata;
  const { template, selector, minReadySeconds } = deployment.spec;
  const labels = { ...template.metadata?.labels, [hashLabel]: action.hash };
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name: `${name}-${action.hash}`,
      namespace,
      labels,
      annotations: { [revisionAnnotation]: String(action.revision) },
      ownerReferences: [{ apiVersion: "apps/v1", kind: "Deployment", name, uid, controller: true, blockOwnerDeletion: true }],
    },
    spec: {
      replicas: action.replicas,
      ...(minReadySeconds === undefined ? {} : { minReadySeconds }),
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [hashLabel]: action.hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}

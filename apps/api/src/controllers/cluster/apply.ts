import { ApiError } from "@sluice/kubernetes/api-error";
import type { KubernetesClient } from "@sluice/kubernetes/client";
import { kinds } from "@sluice/kubernetes/kinds";
import { memberName, systemNamespace } from "@sluice/shared/attachment/attachment-names";
import type { Cluster } from "@sluice/shared/cluster/cluster-schema";
import type { Logger } from "pino";
import type { Member } from "../../kubernetes/member-directory.ts";
import { ownSecretRef } from "../../kubernetes/read-kubeconfig.ts";
import type { SetIdentity } from "../../kubernetes/set-identity.ts";
import { leaveFinalizer } from "../../world/labels.ts";
import { setConditions, type Verdict } from "../conditions.ts";
import type { ClusterObservation } from "./observe.ts";
import type { ClusterAction } from "./reconcile.ts";

/** lastHeartbeatTime is written when something else changes, and at least this often. */
const heartbeatWriteMs = 30_000;

export interface ClusterWorld {
  controlPlane: KubernetesClient;
  member: Member;
  set: SetIdentity;
  /** Raises the epoch of this leader's term. */
  raiseEpoch: () => Promise<void>;
  log: Logger;
  signal: AbortSignal;
}

/** Does one action; each is idempotent. Throws ApiError or ConnectionError, which means "again later". */
export async function applyClusterAction(action: ClusterAction, world: ClusterWorld): Promise<void> {
  const { controlPlane, member, signal } = world;
  const { cluster } = member;
  const ref = { name: cluster.metadata.name };
  world.log.info({ cluster: ref.name, action: action.do, reason: action.reason }, "cluster");
  switch (action.do) {
    case "move-kubeconfig":
      return await moveKubeconfig(controlPlane, cluster, action.kubeconfig, signal);
    case "add-finalizer":
      await controlPlane.patch(kinds.clusters, ref, { type: "merge", body: { metadata: { resourceVersion: cluster.metadata.resourceVersion, finalizers: [...(cluster.metadata.finalizers ?? []), leaveFinalizer] } } }, { signal });
      return;
    case "annotate":
      await controlPlane.patch(kinds.clusters, ref, { type: "merge", body: { metadata: { annotations: action.annotations } } }, { signal });
      return;
    case "raise-epoch":
      return await world.raiseEpoch();
    case "write-member":
      return await writeMember(world);
    case "remove-member":
      await member.connection?.client.delete(kinds.configMaps, { namespace: systemNamespace, name: memberName }, { signal }).catch(ignoreMissing);
      return;
    case "drop-credentials": {
      // A Secret that somebody else made and pointed to is theirs.
      const { namespace, name } = ownSecretRef(cluster.metadata.name);
      await controlPlane.delete(kinds.secrets, { namespace, name }, { signal }).catch(ignoreMissing);
      return;
    }
    case "remove-finalizer": {
      const finalizers = (cluster.metadata.finalizers ?? []).filter((finalizer) => finalizer !== leaveFinalizer);
      await controlPlane.patch(kinds.clusters, ref, { type: "merge", body: { metadata: { resourceVersion: cluster.metadata.resourceVersion, finalizers } } }, { signal }).catch(ignoreMissing);
      return;
    }
  }
}

/** First the Secret, then the blanking, which tests that the text is still the one that was copied. */
async function moveKubeconfig(controlPlane: KubernetesClient, cluster: Cluster, kubeconfig: string, signal: AbortSignal): Promise<void> {
  const ref = ownSecretRef(cluster.metadata.name);
  const data = { [ref.key]: Buffer.from(kubeconfig, "utf8").toString("base64") };
  const secret = { apiVersion: "v1", kind: "Secret", metadata: { namespace: ref.namespace, name: ref.name }, type: "Opaque", data };
  try {
    await controlPlane.create(kinds.secrets, secret, { signal });
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 409)) throw error;
    await controlPlane.patch(kinds.secrets, { namespace: ref.namespace, name: ref.name }, { type: "merge", body: { data } }, { signal });
  }
  const body = [
    { op: "test", path: "/spec/kubeconfig", value: kubeconfig },
    { op: "replace", path: "/spec/kubeconfig", value: "" },
    { op: "add", path: "/spec/kubeconfigSecretRef", value: ref },
  ] as const;
  await controlPlane.patch(kinds.clusters, { name: cluster.metadata.name }, { type: "json", body }, { signal });
}

async function writeMember({ member, set, signal }: ClusterWorld): Promise<void> {
  const { connection, key } = member;
  if (connection === undefined) return;
  const data = { clusterKey: key, setUid: set.uid, epoch: String(set.epoch), termUid: set.termUid };
  const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: systemNamespace, name: memberName }, data };
  try {
    await connection.client.create(kinds.configMaps, object, { signal });
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 409)) throw error;
    await connection.client.patch(kinds.configMaps, { namespace: systemNamespace, name: memberName }, { type: "merge", body: { data } }, { signal });
  }
}

/** Writes the status when a condition changed, the version did, or the last written heartbeat is old. */
export async function applyClusterStatus(controlPlane: KubernetesClient, seen: ClusterObservation, verdicts: readonly Verdict[], nowMs: number, signal: AbortSignal): Promise<void> {
  const { cluster, version, lastHeartbeatMs } = seen;
  const present = cluster.status?.conditions ?? [];
  const conditions = setConditions(present, verdicts, nowMs, cluster.metadata.generation);
  const writtenMs = Date.parse(cluster.status?.lastHeartbeatTime ?? "") || 0;
  const beat = lastHeartbeatMs !== null && lastHeartbeatMs - writtenMs >= heartbeatWriteMs;
  if (conditions === present && !beat && (version === null || version === cluster.status?.version)) return;
  const status = {
    conditions,
    ...(version === null ? {} : { version }),
    ...(lastHeartbeatMs === null ? {} : { lastHeartbeatTime: new Date(lastHeartbeatMs).toISOString().replace(/\.\d{3}Z$/, "Z") }),
  };
  await controlPlane.patch(kinds.clusters, { name: cluster.metadata.name }, { type: "merge", body: { status } }, { subresource: "status", signal }).catch(ignoreMissing);
}

function ignoreMissing(error: unknown): undefined {
  if (error instanceof ApiError && error.code === 404) return undefined;
  throw error;
}

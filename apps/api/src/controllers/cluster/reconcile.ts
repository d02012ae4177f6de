import { clusterUidAnnotation, colorAnnotation, forceAnnotation, leaveFinalizer } from "../../world/labels.ts";
import type { Verdict } from "../conditions.ts";
import type { ClusterObservation } from "./observe.ts";

export type ClusterAction =
  | { do: "move-kubeconfig"; kubeconfig: string; reason: string }
  | { do: "add-finalizer"; reason: string }
  | { do: "annotate"; annotations: Record<string, string>; reason: string }
  | { do: "write-member"; reason: string }
  | { do: "remove-member"; reason: string }
  | { do: "drop-credentials"; reason: string }
  | { do: "remove-finalizer"; reason: string };

export interface ClusterPlan {
  readonly actions: readonly ClusterAction[];
  readonly conditions: readonly Verdict[];
}

/** Why a live member may not be believed or written to. undefined: it may. Shared with propagation. */
export function membershipFault({ cluster, memberUid, record, set }: Pick<ClusterObservation, "cluster" | "memberUid" | "record" | "set">): Pick<Verdict, "reason" | "message"> | undefined {
  const { name, annotations = {} } = cluster.metadata;
  const joined = annotations[clusterUidAnnotation];
  if (joined !== undefined && memberUid !== undefined && joined !== memberUid) {
    return {
      reason: "ClusterReplaced",
      message: `this API server is not that of the cluster that joined (UID of kube-system ${memberUid}, was ${joined}), so what it lacks is no evidence of removal; to take it as the successor: kubectl annotate clusters.flomesh.io ${name} ${clusterUidAnnotation}-`,
    };
  }
  if (record !== null && record.setUid !== set.uid) {
    return { reason: "MemberOfAnotherSet", message: `the cluster belongs to another cluster set (${record.setUid}); let it leave there, or delete its ConfigMap sluice-system/sluice-member` };
  }
  if (record !== null && record.epoch > set.epoch) {
    return {
      reason: "EpochOlder",
      message: `the member knows epoch ${record.epoch}, this control plane is at ${set.epoch}: it was restored from a backup, or another one leads; nothing is written until confirmedEpoch in ConfigMap sluice-system/sluice-set is set to "${record.epoch}"`,
    };
  }
  return undefined;
}

/** What must be done about one Cluster, and what its conditions are. Pure. */
export function planCluster(seen: ClusterObservation): ClusterPlan {
  if (seen.cluster.metadata.deletionTimestamp !== undefined) return planLeave(seen);
  const { cluster, live, memberUid, record, set, key } = seen;
  const actions: ClusterAction[] = [];
  // First, since it is guarded by the object's version, which every other write changes.
  if (!(cluster.metadata.finalizers ?? []).includes(leaveFinalizer)) actions.push({ do: "add-finalizer", reason: "leaving needs steps" });
  const { kubeconfig } = cluster.spec;
  if (kubeconfig !== undefined && kubeconfig !== "") actions.push({ do: "move-kubeconfig", kubeconfig, reason: "credentials do not belong into an object that many may read" });
  const annotations: Record<string, string> = {};
  if (cluster.metadata.annotations?.[colorAnnotation] === undefined) annotations[colorAnnotation] = String(seen.color);
  if (live && memberUid !== undefined && cluster.metadata.annotations?.[clusterUidAnnotation] === undefined) annotations[clusterUidAnnotation] = memberUid;
  if (Object.keys(annotations).length > 0) actions.push({ do: "annotate", annotations, reason: "given once, for the life of the object" });
  const fault = membershipFault(seen);
  const recorded = record?.clusterKey === key && record.setUid === set.uid && record.epoch === set.epoch;
  if (live && fault === undefined && seen.hasSystemNamespace && !recorded) actions.push({ do: "write-member", reason: "the member's proxies wait for their key" });
  return { actions, conditions: [managed(seen), proxyReady(seen), gatewayReachable(seen)] };
}

function managed(seen: ClusterObservation): Verdict {
  const type = "Managed";
  const { failure, live } = seen;
  if (failure !== undefined) return { type, status: "False", reason: failure.reason, message: failure.message };
  if (!live) return { type, status: "Unknown", reason: "Connecting", message: "the first lists of the member are not complete yet" };
  const fault = membershipFault(seen);
  if (fault !== undefined) return { type, status: "False", ...fault };
  return { type, status: "True", reason: "Watching", message: "all watches of the member are synced" };
}

function proxyReady({ live, proxies, hasSystemNamespace }: ClusterObservation): Verdict {
  const type = "ProxyReady";
  if (!live) return { type, status: "Unknown", reason: "MemberNotSeen", message: "the member's pods can't be read now" };
  if (!hasSystemNamespace) return { type, status: "False", reason: "NotInstalled", message: "the member has no namespace sluice-system; install the proxy there" };
  if (proxies.ready === 0) return { type, status: "False", reason: "NoReadyProxy", message: `0 of ${proxies.total} proxies are ready; look into pods of sluice-system with app.kubernetes.io/name=sluice-proxy` };
  return { type, status: "True", reason: "Ready", message: "at least one proxy is ready" };
}

function gatewayReachable({ gateway, key, cluster }: ClusterObservation): Verdict {
  const type = "GatewayReachable";
  const address = `${cluster.spec.gatewayHost}:${cluster.spec.gatewayPort}`;
  if (gateway === undefined) return { type, status: "Unknown", reason: "NotProbed", message: `${address} was not asked yet` };
  if (!gateway.ok) return { type, status: "False", reason: "Unreachable", message: `${address} does not answer the control plane (${gateway.message}); check gatewayHost, gatewayPort and the Service sluice-gateway` };
  if (gateway.clusterKey !== key) return { type, status: "False", reason: "AnotherCluster", message: `the gateway at ${address} is that of "${gateway.clusterKey}"; correct gatewayHost or gatewayPort` };
  return { type, status: "True", reason: "Reachable", message: `${address} answers the control plane` };
}

/** No source gives it share → imports removed → record removed → credentials dropped → gone. */
function planLeave(seen: ClusterObservation): ClusterPlan {
  const { cluster, sharedBy, importedBy, live, record, set } = seen;
  const leaving = (reason: string, message: string): Verdict[] => [{ type: "Leaving", status: "True", reason, message }];
  if (!(cluster.metadata.finalizers ?? []).includes(leaveFinalizer)) return { actions: [], conditions: [] };
  const forced = cluster.metadata.annotations?.[forceAnnotation] === "true";
  const force = `to go on all the same: kubectl annotate clusters.flomesh.io ${cluster.metadata.name} ${forceAnnotation}=true`;
  if (sharedBy.length > 0 && !forced) {
    return { actions: [], conditions: leaving("StillGivenShare", `policies still send requests here: ${sharedBy.slice(0, 10).join(", ")}; move them away, or ${force}`) };
  }
  if (importedBy.length > 0) return { actions: [], conditions: leaving("RemovingImports", `imports are being removed from ${importedBy.join(", ")}`) };
  const neverJoined = !live && record === null && seen.failure !== undefined && cluster.metadata.annotations?.[clusterUidAnnotation] === undefined;
  if (seen.failure?.reason === "KubeconfigMissing" && !live) return { actions: lastSteps(), conditions: leaving("Left", "there are no credentials left, so nothing more can be done there") };
  if (neverJoined) {
    return { actions: lastSteps(), conditions: leaving("NeverJoined", "the cluster was never reached, so there is nothing to take back") };
  }
  if (!live && !forced) return { actions: [], conditions: leaving("MemberUnreachable", `the member can't be reached, so its imports and its record stay there; make it reachable, or ${force}`) };
  if (live && record !== null && record.setUid === set.uid) {
    return { actions: [{ do: "remove-member", reason: "its proxies serve local requests only from now on" }], conditions: leaving("RemovingRecord", "the member's record of the set is being removed") };
  }
  return { actions: lastSteps(), conditions: leaving("Left", "the cluster has left") };
}

function lastSteps(): ClusterAction[] {
  return [
    { do: "drop-credentials", reason: "they are not needed any more" },
    { do: "remove-finalizer", reason: "all steps are done" },
  ];
}

import { clusterUidAnnotation, colorAnnotation, leaveFinalizer } from "../../world/labels.ts";
import type { Verdict } from "../conditions.ts";
import type { ClusterObservation } from "./observe.ts";
import { planLeave } from "./plan-leave.ts";

export type ClusterAction =
  | { do: "move-kubeconfig"; kubeconfig: string; reason: string }
  | { do: "add-finalizer"; reason: string }
  | { do: "annotate"; annotations: Record<string, string>; reason: string }
  | { do: "raise-epoch"; reason: string }
  | { do: "write-member"; reason: string }
  | { do: "remove-member"; reason: string }
  | { do: "drop-credentials"; reason: string }
  | { do: "remove-finalizer"; reason: string };

export interface ClusterPlan {
  readonly actions: readonly ClusterAction[];
  readonly conditions: readonly Verdict[];
}

/** What must be done about one Cluster, and what its conditions are. Pure. */
export function planCluster(seen: ClusterObservation): ClusterPlan {
  const seenToBe = [managed(seen), proxyReady(seen), gatewayReachable(seen)];
  if (seen.cluster.metadata.deletionTimestamp !== undefined) {
    const { actions, leaving } = planLeave(seen);
    return { actions, conditions: [...seenToBe, leaving] };
  }
  const { cluster, live, memberUid, record, set, key, fault } = seen;
  const actions: ClusterAction[] = [];
  // First, since it is guarded by the object's version, which every other write changes.
  if (!(cluster.metadata.finalizers ?? []).includes(leaveFinalizer)) actions.push({ do: "add-finalizer", reason: "leaving needs steps" });
  const { kubeconfig } = cluster.spec;
  if (kubeconfig !== undefined && kubeconfig !== "") actions.push({ do: "move-kubeconfig", kubeconfig, reason: "credentials do not belong into an object that many may read" });
  const annotations: Record<string, string> = {};
  if (cluster.metadata.annotations?.[colorAnnotation] === undefined) annotations[colorAnnotation] = String(seen.color);
  if (live && fault === undefined && memberUid !== undefined && cluster.metadata.annotations?.[clusterUidAnnotation] === undefined) {
    annotations[clusterUidAnnotation] = memberUid;
    actions.push({ do: "raise-epoch", reason: "a cluster joins: a backup from before knows nothing of it" });
  }
  if (Object.keys(annotations).length > 0) actions.push({ do: "annotate", annotations, reason: "given once, for the life of the object" });
  const recorded = record?.clusterKey === key && record.setUid === set.uid && record.epoch === set.epoch && record.termUid === set.termUid;
  if (live && fault === undefined && seen.hasSystemNamespace && !recorded) actions.push({ do: "write-member", reason: "the member's proxies wait for their key" });
  return { actions, conditions: seenToBe };
}

function managed(seen: ClusterObservation): Verdict {
  const type = "Managed";
  const { failure, live, fault, ingressesClosed } = seen;
  if (failure !== undefined) return { type, status: "False", reason: failure.reason, message: failure.message };
  if (!live) return { type, status: "Unknown", reason: "Connecting", message: "the first lists of the member are not complete yet" };
  if (fault !== undefined) return { type, status: "False", ...fault };
  return { type, status: "True", reason: "Watching", message: `all watches of the member are synced${ingressesClosed === undefined ? "" : `; paths that its Ingresses use are not known, since the account may not list them: ${ingressesClosed}`}` };
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

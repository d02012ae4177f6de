import { clusterNameOf } from "@sluice/shared/cluster/cluster-key";
import type { Cluster } from "@sluice/shared/cluster/cluster-schema";
import { clusterUidAnnotation, forceAnnotation, leaveFinalizer } from "../../world/labels.ts";
import type { LeaveReason } from "../../world/leave-step.ts";
import type { LeaveObservation } from "../../world/observe-leave.ts";
import type { Verdict } from "../conditions.ts";
import { leftIn, leftInItself, takeOut } from "./left-behind.ts";
import type { ClusterObservation } from "./observe.ts";
import type { ClusterAction } from "./reconcile.ts";

const namedMax = 10;

export interface LeavePlan {
  readonly actions: readonly ClusterAction[];
  readonly leaving: Verdict;
}

/** True when the imports of a leaving cluster, and its endpoints in those of others, may go. `force` skips only what can't be asked. */
export function mayTakeBack(cluster: Cluster, { policies, unreadable }: LeaveObservation): boolean {
  return policies.length === 0 && (unreadable.length === 0 || isForced(cluster));
}

/**
 * The next step of leaving: no source gives it share → its imports and endpoints removed everywhere → its services Detached, of
 * which the missing record is the cue → credentials dropped. Every step is a condition before the next is taken. Pure.
 */
export function planLeave(seen: ClusterObservation): LeavePlan {
  const { cluster, leave, live, record, set, fault } = seen;
  if (!(cluster.metadata.finalizers ?? []).includes(leaveFinalizer)) return at("Left", "the cluster has left; other finalizers keep the object");
  // A restored control plane knows neither who joined nor who left since: no force is above that.
  if (fault?.reason === "EpochOlder") return at("EpochOlder", fault.message);
  const { skipped, stuck } = sharesStep(cluster, leave);
  if (stuck !== undefined) return stuck;
  if (leave.importedBy.length > 0) return at("RemovingImports", `imports are being removed from ${names(leave.importedBy)}${note(skipped)}`);
  if (fault?.reason === "MemberOfAnotherSet") return finish(seen, [...skipped, `the cluster itself, which belongs to another set (${record?.setUid ?? ""})`]);
  if (!live || fault !== undefined) return awayStep(seen, skipped);
  if (record !== null && record.setUid === set.uid) {
    const remove: ClusterAction = { do: "remove-member", reason: "its proxies serve local requests only from now on, and step out of every path" };
    return at("Detaching", `the member's record of the set is being removed, whereupon its services are Detached${note(skipped)}`, [remove]);
  }
  if (leave.attached.length === 0) return finish(seen, skipped);
  const services = some(leave.attached);
  if (seen.hasAttachmentController) return at("Detaching", `waiting until ${services} are Detached; open connections may take 5 minutes to end${note(skipped)}`);
  if (isForced(cluster)) return finish(seen, [...skipped, `${services}, which nothing detaches, since no attachment controller is ready there; to take it out of their path there: ${takeOut(leave.attached)}`]);
  return at("NoAttachmentController", `${services} can't be Detached, since no attachment controller is ready in the member; look at its Deployment sluice-system/sluice-attach, or ${force(cluster)}`);
}

function sharesStep(cluster: Cluster, leave: LeaveObservation): { skipped: string[]; stuck?: LeavePlan } {
  const { policies, unreadable } = leave;
  if (policies.length > 0) {
    const named = some(policies.map(({ service, source, permille }) => `${service} in ${clusterNameOf(source)} (${permille === null ? "fails over to it" : `${permille / 10} %`})`));
    return { skipped: [], stuck: at("StillGivenShare", `policies still send requests here: ${named}; give their share to other clusters, then this goes on by itself`) };
  }
  if (unreadable.length === 0) return { skipped: [] };
  const remain = unreadable.slice(0, namedMax).map((key) => leftIn(key, leave));
  if (isForced(cluster)) return { skipped: remain };
  const message = `whether policies in ${names(unreadable)} send requests here can't be seen; make it reachable, let it leave first, or ${force(cluster)}; what would be skipped: ${remain.join("; ")}`;
  return { skipped: [], stuck: at("SourceUnreachable", message) };
}

/** The leaving cluster itself can't be reached, or is not the one that joined. */
function awayStep(seen: ClusterObservation, skipped: readonly string[]): LeavePlan {
  const { cluster, failure, fault, key, leave } = seen;
  const joined = cluster.metadata.annotations?.[clusterUidAnnotation] !== undefined;
  if (failure !== undefined && !joined) return finish(seen, [...skipped, "the cluster itself, which was never reached"]);
  // Its credentials go last, so a step back here comes from a restart between the last two writes.
  if (failure?.reason === "KubeconfigMissing" && hasLeft(cluster)) return finish(seen, skipped);
  const { what, remedy } = leftInItself(key, leave);
  if (isForced(cluster)) return finish(seen, [...skipped, `${what}, since the member can't be reached; to be removed there ${remedy}`]);
  const why = fault?.message ?? failure?.message ?? "its caches are not complete yet";
  return at("MemberUnreachable", `the member can't be reached, so ${what} stay there (${why}); make it reachable, or ${force(cluster)}; what stays is then to be removed there ${remedy}`);
}

/** The condition first, so that what was skipped can be read by whoever watches; then the last two writes. */
function finish({ cluster }: ClusterObservation, skipped: readonly string[]): LeavePlan {
  const last: ClusterAction[] = [
    { do: "raise-epoch", reason: "a cluster leaves: a backup from before would take it for a member" },
    { do: "drop-credentials", reason: "they are not needed any more" },
    { do: "remove-finalizer", reason: `all steps are done${note(skipped)}` },
  ];
  return at("Left", `the cluster has left; its credentials are dropped${note(skipped)}`, hasLeft(cluster) ? last : []);
}

function at(reason: LeaveReason, message: string, actions: readonly ClusterAction[] = []): LeavePlan {
  return { actions, leaving: { type: "Leaving", status: "True", reason, message } };
}

function hasLeft({ status }: Cluster): boolean {
  return status?.conditions?.some(({ type, reason }) => type === "Leaving" && reason === ("Left" satisfies LeaveReason)) ?? false;
}

const isForced = ({ metadata }: Cluster): boolean => metadata.annotations?.[forceAnnotation] === "true";
const force = ({ metadata }: Cluster): string => `to go on without what can't be reached: kubectl annotate clusters.flomesh.io ${metadata.name} ${forceAnnotation}=true`;
const note = (skipped: readonly string[]): string => (skipped.length === 0 ? "" : `; skipped: ${skipped.join("; ")}`);
const names = (keys: readonly string[]): string => some(keys.map(clusterNameOf));

function some(list: readonly string[]): string {
  const more = list.length - namedMax;
  return more > 0 ? `${list.slice(0, namedMax).join(", ")} and ${more} more` : list.join(", ");
}

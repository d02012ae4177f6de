import { memberName, systemNamespace } from "@sluice/shared/attachment/attachment-names";
import type { Member } from "../../kubernetes/member-directory.ts";
import { confirmCommand, isHeldBack, type SetIdentity } from "../../kubernetes/set-identity.ts";
import { clusterUidAnnotation } from "../../world/labels.ts";

/** The record that a member holds of its set; null: none. */
export interface MemberRecord {
  readonly clusterKey: string;
  readonly setUid: string;
  readonly epoch: number;
  /** Empty: written before there was one. */
  readonly termUid: string;
}

/** Why a live member may not be believed or written to. */
export interface MembershipFault {
  readonly reason: "ClusterReplaced" | "MemberOfAnotherSet" | "EpochOlder";
  readonly message: string;
}

export function memberRecord({ connection }: Member): MemberRecord | null {
  const data = connection?.caches.configMaps.get(`${systemNamespace}/${memberName}`)?.data;
  if (data === undefined) return null;
  return { clusterKey: data["clusterKey"] ?? "", setUid: data["setUid"] ?? "", epoch: Number(data["epoch"]) || 0, termUid: data["termUid"] ?? "" };
}

/** UID of the member's kube-system namespace; undefined: not known. */
export function memberUid({ connection }: Member): string | undefined {
  return connection?.caches.namespaces.get("kube-system")?.metadata.uid;
}

/** The set with what its members tell of other control planes: one that knows better holds back writes to all, so it is kept for the term. */
export function withSeenEpoch(set: SetIdentity, members: readonly Member[]): SetIdentity {
  return { ...set, seenEpoch: Math.max(set.seenEpoch, ...members.map((member) => otherEpoch(memberRecord(member), set))) };
}

/** The epoch that a member was given by another control plane, if that is a later one or goes by the same number; 0: it was not. */
function otherEpoch(record: MemberRecord | null, set: SetIdentity): number {
  if (record === null || record.setUid !== set.uid) return 0;
  const sameNumber = record.epoch === set.epoch && record.termUid !== "" && record.termUid !== set.termUid;
  return record.epoch > set.epoch || sameNumber ? record.epoch : 0;
}

/** undefined: the member is the one that joined, and its set is ours. */
export function membershipFault(member: Member, set: SetIdentity): MembershipFault | undefined {
  const { name, annotations = {} } = member.cluster.metadata;
  const joined = annotations[clusterUidAnnotation];
  const uid = memberUid(member);
  const record = memberRecord(member);
  if (joined !== undefined && uid !== undefined && joined !== uid) {
    return {
      reason: "ClusterReplaced",
      message: `this API server is not that of the cluster that joined (UID of kube-system ${uid}, was ${joined}), so what it lacks is no evidence of removal; to take it as the successor: kubectl annotate clusters.flomesh.io ${name} ${clusterUidAnnotation}-`,
    };
  }
  if (record !== null && record.setUid !== set.uid) {
    return { reason: "MemberOfAnotherSet", message: `the cluster belongs to another cluster set (${record.setUid}); let it leave there, or delete its ConfigMap sluice-system/sluice-member` };
  }
  const own = otherEpoch(record, set);
  const known = Math.max(own, set.seenEpoch);
  if (isHeldBack({ ...set, seenEpoch: known })) {
    const who = own > 0 ? "the member" : "another member of the set";
    return {
      reason: "EpochOlder",
      message: `${who} knows epoch ${known} of another control plane, this one is at ${set.epoch}: it was restored from a backup, or another one leads; nothing is written to any member until an administrator confirms that this one may go on: ${confirmCommand(known)}`,
    };
  }
  return undefined;
}

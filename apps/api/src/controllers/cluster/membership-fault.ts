import { memberName, systemNamespace } from "@sluice/shared/attachment/attachment-names";
import type { Member } from "../../kubernetes/member-directory.ts";
import type { SetIdentity } from "../../kubernetes/set-identity.ts";
import { clusterUidAnnotation } from "../../world/labels.ts";

/** The record that a member holds of its set; null: none. */
export interface MemberRecord {
  readonly clusterKey: string;
  readonly setUid: string;
  readonly epoch: number;
}

/** Why a live member may not be believed or written to. */
export interface MembershipFault {
  readonly reason: "ClusterReplaced" | "MemberOfAnotherSet" | "EpochOlder";
  readonly message: string;
}

export function memberRecord({ connection }: Member): MemberRecord | null {
  const data = connection?.caches.configMaps.get(`${systemNamespace}/${memberName}`)?.data;
  if (data === undefined) return null;
  return { clusterKey: data["clusterKey"] ?? "", setUid: data["setUid"] ?? "", epoch: Number(data["epoch"]) || 0 };
}

/** UID of the member's kube-system namespace; undefined: not known. */
export function memberUid({ connection }: Member): string | undefined {
  return connection?.caches.namespaces.get("kube-system")?.metadata.uid;
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
  if (record !== null && record.epoch > set.epoch) {
    return {
      reason: "EpochOlder",
      message: `the member knows epoch ${record.epoch}, this control plane is at ${set.epoch}: it was restored from a backup, or another one leads; nothing is written until confirmedEpoch in ConfigMap sluice-system/sluice-set is set to "${record.epoch}"`,
    };
  }
  return undefined;
}

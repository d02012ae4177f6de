import type { Cluster } from "@sluice/shared/cluster/cluster-schema";
import { systemNamespace } from "@sluice/shared/attachment/attachment-names";
import type { ConnectionFailure } from "../../kubernetes/connection-failure.ts";
import type { Member, MemberDirectory } from "../../kubernetes/member-directory.ts";
import type { SetIdentity } from "../../kubernetes/set-identity.ts";
import { colorsOf } from "../../views/fleet-views.ts";
import { appNameLabel, attachAppName } from "../../world/labels.ts";
import { type LeaveObservation, observeLeave } from "../../world/observe-leave.ts";
import { indexWorld, isReady, type WorldIndex } from "../../world/world-index.ts";
import { membershipFault, type MembershipFault, memberRecord, type MemberRecord, memberUid } from "./membership-fault.ts";

/** What the gateway's own probe answered to the control plane. */
export type GatewayAnswer = { ok: true; clusterKey: string } | { ok: false; message: string };

/** Everything that decides about one Cluster. */
export interface ClusterObservation {
  readonly cluster: Cluster;
  readonly key: string;
  readonly color: number;
  readonly failure: ConnectionFailure | undefined;
  readonly live: boolean;
  readonly version: string | null;
  readonly lastHeartbeatMs: number | null;
  /** UID of the member's kube-system namespace; undefined: not known. */
  readonly memberUid: string | undefined;
  readonly hasSystemNamespace: boolean;
  readonly record: MemberRecord | null;
  readonly fault: MembershipFault | undefined;
  /** Why the member's Ingresses are not seen though it has them. */
  readonly ingressesClosed: string | undefined;
  readonly set: SetIdentity;
  readonly proxies: { ready: number; total: number };
  readonly gateway: GatewayAnswer | undefined;
  /** False: nothing in the member will step out of any service's path. */
  readonly hasAttachmentController: boolean;
  /** Of a cluster that leaves; it takes a look at the imports of all others, so it is not made of any other. */
  readonly leave: LeaveObservation;
}

const stays: LeaveObservation = { policies: [], unreadable: [], importedBy: [], attached: [], outOfReach: new Map() };

export function observeCluster(directory: MemberDirectory, name: string, set: SetIdentity, gateway: GatewayAnswer | undefined): ClusterObservation | undefined {
  const members = directory.members();
  const member = members.find((candidate) => candidate.cluster.metadata.name === name);
  if (member === undefined) return undefined;
  const { key, connection, cluster } = member;
  const index = indexWorld(directory.world());
  const pods = index.byKey.get(key)?.proxyPods ?? [];
  return {
    cluster,
    key,
    color: colorsOf(index.members).get(key) ?? 0,
    failure: member.failure,
    live: connection?.live ?? false,
    version: connection?.version ?? null,
    lastHeartbeatMs: connection?.lastHeartbeatMs ?? null,
    memberUid: memberUid(member),
    hasSystemNamespace: connection?.caches.namespaces.get(systemNamespace) !== undefined,
    record: memberRecord(member),
    fault: membershipFault(member, set),
    ingressesClosed: connection?.ingressesClosed,
    set,
    proxies: { ready: pods.filter(isReady).length, total: pods.length },
    gateway,
    hasAttachmentController: (connection?.caches.pods.list() ?? []).some((pod) => pod.metadata.namespace === systemNamespace && pod.metadata.labels?.[appNameLabel] === attachAppName && isReady(pod)),
    leave: cluster.metadata.deletionTimestamp === undefined ? stays : leaveOf(index, members, key, set),
  };
}

/** As `observeLeave`, but a cluster that must not be written to can't be rid of its imports either. */
export function leaveOf(index: WorldIndex, members: readonly Member[], key: string, set: SetIdentity): LeaveObservation {
  const seen = observeLeave(index, key);
  const closed = new Set(members.filter((member) => membershipFault(member, set) !== undefined).map((member) => member.key));
  return {
    ...seen,
    unreadable: [...seen.unreadable, ...seen.importedBy.filter((other) => other !== key && closed.has(other))],
    importedBy: seen.importedBy.filter((other) => !closed.has(other)),
  };
}

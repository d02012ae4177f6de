import type { Cluster } from "@sluice/shared/cluster/cluster-schema";
import { memberName, systemNamespace } from "@sluice/shared/attachment/attachment-names";
import type { ConnectionFailure } from "../../kubernetes/connection-failure.ts";
import type { Member, MemberDirectory } from "../../kubernetes/member-directory.ts";
import type { SetIdentity } from "../../kubernetes/set-identity.ts";
import { colorsOf } from "../../views/fleet-views.ts";
import { parseSpec } from "../../world/row-split.ts";
import { indexMember, indexWorld, isReady } from "../../world/world-index.ts";

/** What the gateway's own probe answered to the control plane. */
export type GatewayAnswer = { ok: true; clusterKey: string } | { ok: false; message: string };

/** The record that a member holds of its set; null: none. */
export interface MemberRecord {
  readonly clusterKey: string;
  readonly setUid: string;
  readonly epoch: number;
}

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
  readonly set: SetIdentity;
  readonly proxies: { ready: number; total: number };
  readonly gateway: GatewayAnswer | undefined;
  /** "service in source" of the policies elsewhere that give this cluster a share by name. */
  readonly sharedBy: readonly string[];
  /** Keys of live members whose imports still name this cluster, and itself while it has imports. */
  readonly importedBy: readonly string[];
}

export function observeCluster(directory: MemberDirectory, name: string, set: SetIdentity, gateway: GatewayAnswer | undefined): ClusterObservation | undefined {
  const members = directory.members();
  const member = members.find((candidate) => candidate.cluster.metadata.name === name);
  if (member === undefined) return undefined;
  const { key, connection, cluster } = member;
  const world = directory.world();
  const own = world.members.find((candidate) => candidate.key === key);
  const pods = own === undefined ? [] : indexMember(own).proxyPods;
  return {
    cluster,
    key,
    color: colorsOf(indexWorld(world).members).get(key) ?? 0,
    failure: member.failure,
    live: connection?.live ?? false,
    version: connection?.version ?? null,
    lastHeartbeatMs: connection?.lastHeartbeatMs ?? null,
    memberUid: connection?.caches.namespaces.get("kube-system")?.metadata.uid,
    hasSystemNamespace: connection?.caches.namespaces.get(systemNamespace) !== undefined,
    record: memberRecord(member),
    set,
    proxies: { ready: pods.filter(isReady).length, total: pods.length },
    gateway,
    sharedBy: sharedBy(members, key),
    importedBy: importedBy(members, key),
  };
}

export function memberRecord({ connection }: Member): MemberRecord | null {
  const data = connection?.caches.configMaps.get(`${systemNamespace}/${memberName}`)?.data;
  if (data === undefined) return null;
  return { clusterKey: data["clusterKey"] ?? "", setUid: data["setUid"] ?? "", epoch: Number(data["epoch"]) || 0 };
}

/** Policies of other clusters that name this one in a split with a weight above 0. */
export function sharedBy(members: readonly Member[], key: string): string[] {
  return members
    .filter((member) => member.key !== key && member.cluster.metadata.deletionTimestamp === undefined)
    .flatMap((member) =>
      (member.connection?.caches.policies.list() ?? []).flatMap((policy) => {
        const spec = parseSpec(policy.spec);
        const named = spec?.lbType === "ActiveActive" && spec.targets.some((target) => target.clusterKey === key && target.weight !== 0);
        return named ? [`${policy.metadata.namespace ?? "default"}/${policy.metadata.name} in ${member.cluster.metadata.name}`] : [];
      }),
    );
}

function importedBy(members: readonly Member[], key: string): string[] {
  return members
    .filter((member) => member.connection?.live === true)
    .filter((member) =>
      (member.connection?.caches.serviceImports.list() ?? []).some(
        (object) =>
          object.metadata.labels?.["app.kubernetes.io/managed-by"] === "sluice" &&
          (member.key === key || object.spec.ports.some((port) => port.endpoints.some((endpoint) => endpoint.clusterKey === key))),
      ),
    )
    .map((member) => member.key);
}

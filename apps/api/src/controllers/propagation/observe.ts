import { type ServiceExport, serviceExportSpecSchema } from "@sluice/shared/export/service-export-schema";
import type { MemberView } from "@sluice/shared/propagation/plan-imports";
import type { GatewayAddresses } from "../../kubernetes/gateway-addresses.ts";
import type { Member } from "../../kubernetes/member-directory.ts";
import type { SetIdentity } from "../../kubernetes/set-identity.ts";
import { forceAnnotation } from "../../world/labels.ts";
import { memberRecord, sharedBy } from "../cluster/observe.ts";
import { membershipFault } from "../cluster/reconcile.ts";

/** An export whose spec the schema refuses although its API server took it. */
export interface RefusedExport {
  readonly memberKey: string;
  readonly object: ServiceExport;
  readonly message: string;
}

export interface PropagationObservation {
  readonly views: readonly MemberView[];
  readonly refused: readonly RefusedExport[];
}

/** The members as propagation sees them. A member counts as listed only while its caches are live and it is the one that joined. */
export function observeMembers(members: readonly Member[], set: SetIdentity, addresses: GatewayAddresses): PropagationObservation {
  const refused: RefusedExport[] = [];
  const views = members.map((member): MemberView => {
    const { key, cluster, connection } = member;
    const caches = connection?.caches;
    const exports: ServiceExport[] = [];
    for (const object of caches?.serviceExports.list() ?? []) {
      const parsed = serviceExportSpecSchema.safeParse(object.spec);
      if (parsed.success) exports.push({ ...object, spec: parsed.data });
      else refused.push({ memberKey: key, object, message: parsed.error.issues.map((issue) => `spec.${issue.path.join(".")}: ${issue.message}`).join("; ") });
    }
    return {
      key,
      state: stateOf(member, members, set),
      gateway: { host: cluster.spec.gatewayHost, ip: addresses.get(cluster.spec.gatewayHost), port: cluster.spec.gatewayPort },
      exports,
      services: caches?.services.list() ?? [],
      imports: caches?.serviceImports.list() ?? [],
      namespaces: (caches?.namespaces.list() ?? []).filter(({ metadata }) => metadata.deletionTimestamp === undefined).map(({ metadata }) => metadata.name),
    };
  });
  return { views, refused };
}

function stateOf(member: Member, members: readonly Member[], set: SetIdentity): MemberView["state"] {
  const { cluster, connection, key } = member;
  const leaves = cluster.metadata.deletionTimestamp !== undefined;
  const forced = cluster.metadata.annotations?.[forceAnnotation] === "true";
  // As long as a policy sends requests there, a leaving cluster goes on as any other.
  if (leaves && (forced || sharedBy(members, key).length === 0)) return "leaving";
  return connection?.live === true && faultOf(member, set) === undefined ? "listed" : "stale";
}

/** Why nothing may be written to a member, besides that it can't be reached. */
export function faultOf(member: Member, set: SetIdentity): string | undefined {
  const memberUid = member.connection?.caches.namespaces.get("kube-system")?.metadata.uid;
  return membershipFault({ cluster: member.cluster, memberUid, record: memberRecord(member), set })?.reason;
}

import type { Ingress, Namespace } from "@sluice/kubernetes/kinds";
import { byIdentity } from "@sluice/shared/by-identity";
import { ingressPaths } from "@sluice/shared/export/ingress-paths";
import { type ServiceExport, serviceExportSpecSchema } from "@sluice/shared/export/service-export-schema";
import type { MemberView } from "@sluice/shared/propagation/plan-imports";
import type { GatewayAddresses } from "../../kubernetes/gateway-addresses.ts";
import type { Member } from "../../kubernetes/member-directory.ts";
import type { SetIdentity } from "../../kubernetes/set-identity.ts";
import type { WorldIndex } from "../../world/world-index.ts";
import { membershipFault } from "../cluster/membership-fault.ts";
import { leaveOf } from "../cluster/observe.ts";
import { mayTakeBack } from "../cluster/plan-leave.ts";

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

/** Each object is parsed once, and what is parsed is the same object each time. */
const parseExport = byIdentity((object: ServiceExport): { readonly exported: ServiceExport } | { readonly message: string } => {
  const { success, data, error } = serviceExportSpecSchema.safeParse(object.spec);
  return success ? { exported: { ...object, spec: data } } : { message: error.issues.map((issue) => `spec.${issue.path.join(".")}: ${issue.message}`).join("; ") };
});

// By list of a cache, which is another one when anything in it changed: what follows from the same is the same.
const parseExports = byIdentity((list: readonly ServiceExport[]) => {
  const exports: ServiceExport[] = [];
  const refused: Omit<RefusedExport, "memberKey">[] = [];
  for (const object of list) {
    const result = parseExport(object);
    if ("exported" in result) exports.push(result.exported);
    else refused.push({ object, message: result.message });
  }
  return { exports, refused };
});
const pathsOf = byIdentity((list: readonly Ingress[]) => ingressPaths(list));
const namesOf = byIdentity((list: readonly Namespace[]) => list.filter(({ metadata }) => metadata.deletionTimestamp === undefined).map(({ metadata }) => metadata.name));
const none: readonly never[] = [];

/** The members as propagation sees them. A member counts as listed only while its caches are live and it is the one that joined. */
export function observeMembers(members: readonly Member[], index: WorldIndex, set: SetIdentity, addresses: GatewayAddresses): PropagationObservation {
  const refused: RefusedExport[] = [];
  const views = members.map((member): MemberView => {
    const { key, cluster, connection } = member;
    const caches = connection?.caches;
    const { exports, refused: refusedHere } = parseExports(caches?.serviceExports.list() ?? none);
    for (const one of refusedHere) refused.push({ memberKey: key, ...one });
    return {
      key,
      state: stateOf(member, members, index, set),
      gateway: { host: cluster.spec.gatewayHost, ip: addresses.get(cluster.spec.gatewayHost), port: cluster.spec.gatewayPort },
      exports,
      services: caches?.services.list() ?? none,
      imports: caches?.serviceImports.list() ?? none,
      usedPaths: pathsOf(connection?.ingresses.list() ?? none),
      namespaces: namesOf(caches?.namespaces.list() ?? none),
    };
  });
  return { views, refused };
}

function stateOf(member: Member, members: readonly Member[], index: WorldIndex, set: SetIdentity): MemberView["state"] {
  const { cluster, connection, key } = member;
  // As long as a policy sends requests there, a leaving cluster goes on as any other.
  if (cluster.metadata.deletionTimestamp !== undefined && mayTakeBack(cluster, leaveOf(index, members, key, set))) return "leaving";
  return connection?.live === true && membershipFault(member, set) === undefined ? "listed" : "stale";
}

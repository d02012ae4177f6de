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

type Parsed = { readonly exported: ServiceExport } | { readonly message: string };

/** By object of a cache, which is replaced when it changes: each is parsed once, and what is parsed is the same object each time. */
const parsed = new WeakMap<ServiceExport, Parsed>();

function parseExport(object: ServiceExport): Parsed {
  const known = parsed.get(object);
  if (known !== undefined) return known;
  const { success, data, error } = serviceExportSpecSchema.safeParse(object.spec);
  const fresh = success ? { exported: { ...object, spec: data } } : { message: error.issues.map((issue) => `spec.${issue.path.join(".")}: ${issue.message}`).join("; ") };
  parsed.set(object, fresh);
  return fresh;
}

/** The members as propagation sees them. A member counts as listed only while its caches are live and it is the one that joined. */
export function observeMembers(members: readonly Member[], index: WorldIndex, set: SetIdentity, addresses: GatewayAddresses): PropagationObservation {
  const refused: RefusedExport[] = [];
  const views = members.map((member): MemberView => {
    const { key, cluster, connection } = member;
    const caches = connection?.caches;
    const exports: ServiceExport[] = [];
    for (const object of caches?.serviceExports.list() ?? []) {
      const result = parseExport(object);
      if ("exported" in result) exports.push(result.exported);
      else refused.push({ memberKey: key, object, message: result.message });
    }
    return {
      key,
      state: stateOf(member, members, index, set),
      gateway: { host: cluster.spec.gatewayHost, ip: addresses.get(cluster.spec.gatewayHost), port: cluster.spec.gatewayPort },
      exports,
      services: caches?.services.list() ?? [],
      imports: caches?.serviceImports.list() ?? [],
      usedPaths: ingressPaths(connection?.ingresses.list() ?? []),
      namespaces: (caches?.namespaces.list() ?? []).filter(({ metadata }) => metadata.deletionTimestamp === undefined).map(({ metadata }) => metadata.name),
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

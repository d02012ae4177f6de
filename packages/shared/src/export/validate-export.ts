import { byIdentity } from "../by-identity.ts";
import type { ObjectMeta } from "../object-meta.ts";
import type { ServiceExport } from "./service-export-schema.ts";

/** What propagation reads of a Service; a whole core/v1 Service fits. */
export interface ExportedService {
  readonly metadata: ObjectMeta;
  readonly spec: {
    readonly type?: string;
    readonly clusterIP?: string;
    readonly sessionAffinity?: string;
    readonly ports?: readonly ExportedServicePort[];
  };
}

export interface ExportedServicePort {
  readonly name?: string;
  readonly port: number;
  readonly protocol?: string;
  readonly appProtocol?: string;
}

/** A gateway path that something else than an export uses, e.g. an Ingress. */
export interface UsedPath {
  readonly path: string;
  readonly pathType: string;
  /** For the message, e.g. "Ingress shop/front". */
  readonly owner: string;
  /** Epoch ms. */
  readonly createdAtMs: number;
}

type PathUser = UsedPath | ServiceExport;

/** Who uses which gateway path of one cluster, where several do, so that each export is compared with its like only. */
export type PathIndex = ReadonlyMap<string, readonly PathUser[]>;

export interface Verdict {
  readonly status: "True" | "False";
  readonly reason: string;
  readonly message: string;
}

/** The index of all exports of a cluster, and of what else uses paths there. */
export function indexPaths(exports: readonly ServiceExport[], usedPaths: readonly UsedPath[]): PathIndex {
  const index = new Map<string, PathUser[]>();
  const add = (key: string, user: PathUser) => {
    const users = index.get(key);
    if (users === undefined) index.set(key, [user]);
    else users.push(user);
  };
  for (const used of usedPaths) add(pathKey(used), used);
  for (const exported of exports) {
    if (exported.metadata.deletionTimestamp === undefined) for (const rule of exported.spec.rules) add(pathKey(rule), exported);
  }
  for (const [path, users] of index) if (users.length === 1) index.delete(path);
  return index;
}

/** The `Valid` condition of an export: a pure function of its cluster's present objects, so it is never sticky. */
export function validateExport(exported: ServiceExport, service: ExportedService | undefined, paths: PathIndex): Verdict {
  const name = keyOfExport(exported);
  if (exported.metadata.deletionTimestamp !== undefined) return invalid("ExportDeleting", `ServiceExport ${name} is being deleted`);
  if (service === undefined) return invalid("ServiceMissing", `there is no Service ${name}; create it or delete the ServiceExport`);
  if (service.metadata.deletionTimestamp !== undefined) {
    return invalid("ServiceDeleting", `Service ${name} is being deleted; create it again or delete the ServiceExport`);
  }
  if (service.spec.type === "ExternalName") {
    return invalid("ServiceExternalName", `Service ${name} is of type ExternalName, which has no endpoints to offer; export the Service that it points to`);
  }
  return portFault(exported, service) ?? pathFault(exported, paths) ?? {
    status: "True",
    reason: "Exported",
    message: `${exported.spec.rules.length === 1 ? "1 rule is" : `${exported.spec.rules.length} rules are`} offered at the gateway`,
  };
}

function portFault(exported: ServiceExport, service: ExportedService): Verdict | undefined {
  const ports = (service.spec.ports ?? []).map((port) => port.port);
  for (const [index, rule] of exported.spec.rules.entries()) {
    if (ports.includes(rule.portNumber)) continue;
    const known = ports.length === 0 ? "no ports" : `port ${ports.join(", ")}`;
    return invalid("PortMissing", `spec.rules[${index}].portNumber ${rule.portNumber} is not in Service ${keyOfExport(exported)}, which has ${known}; correct one of them`);
  }
  return undefined;
}

/** Of two users of the same path the younger is invalid, so that a new one never takes traffic from an old one; an Ingress is never judged. */
export function pathFault(exported: ServiceExport, paths: PathIndex): Verdict | undefined {
  if (paths.size === 0) return undefined;
  for (const [index, rule] of exported.spec.rules.entries()) {
    const user = paths.get(pathKey(rule))?.find((other) => isBefore(other, exported));
    if (user !== undefined) {
      const owner = "owner" in user ? user.owner : `ServiceExport ${keyOfExport(user)}`;
      return invalid("PathInUse", `spec.rules[${index}].path ${rule.path} (${rule.pathType}) is already used by ${owner}; choose another path`);
    }
  }
  return undefined;
}

function isBefore(user: PathUser, exported: ServiceExport): boolean {
  if ("owner" in user) return user.createdAtMs <= createdMs(exported);
  return keyOfExport(user) !== keyOfExport(exported) && compareExports(user, exported) < 0;
}

/** What users of a path compare by: a prefix is matched by segments, so a slash at its end says nothing (Kubernetes: Ingress, Path types). */
function pathKey({ path, pathType }: { readonly path: string; readonly pathType: string }): string {
  return `${pathType} ${pathType === "Prefix" ? path.replace(/\/+$/, "") : path}`;
}

/** Older first: by creationTimestamp, then by namespace/name. */
export function compareExports(a: ServiceExport, b: ServiceExport): number {
  const [createdA, createdB] = [createdMs(a), createdMs(b)];
  if (createdA !== createdB) return createdA - createdB;
  return keyOfExport(a) < keyOfExport(b) ? -1 : keyOfExport(a) > keyOfExport(b) ? 1 : 0;
}

const createdMs = byIdentity(({ metadata }: ServiceExport): number => (metadata.creationTimestamp === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(metadata.creationTimestamp)));

function keyOfExport({ metadata }: ServiceExport): string {
  return `${metadata.namespace}/${metadata.name}`;
}

function invalid(reason: string, message: string): Verdict {
  return { status: "False", reason, message };
}

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

export interface ExportContext {
  readonly service: ExportedService | undefined;
  /** All exports of the same cluster, this one included or not. */
  readonly exports: readonly ServiceExport[];
  readonly usedPaths?: readonly UsedPath[];
}

export interface Verdict {
  readonly status: "True" | "False";
  readonly reason: string;
  readonly message: string;
}

/** The `Valid` condition of an export: a pure function of its cluster's present objects, so it is never sticky. */
export function validateExport(exported: ServiceExport, { service, exports, usedPaths = [] }: ExportContext): Verdict {
  const name = keyOfExport(exported);
  if (exported.metadata.deletionTimestamp !== undefined) return invalid("ExportDeleting", `ServiceExport ${name} is being deleted`);
  if (service === undefined) return invalid("ServiceMissing", `there is no Service ${name}; create it or delete the ServiceExport`);
  if (service.metadata.deletionTimestamp !== undefined) {
    return invalid("ServiceDeleting", `Service ${name} is being deleted; create it again or delete the ServiceExport`);
  }
  if (service.spec.type === "ExternalName") {
    return invalid("ServiceExternalName", `Service ${name} is of type ExternalName, which has no endpoints to offer; export the Service that it points to`);
  }
  return portFault(exported, service) ?? pathFault(exported, exports, usedPaths) ?? {
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
function pathFault(exported: ServiceExport, exports: readonly ServiceExport[], usedPaths: readonly UsedPath[]): Verdict | undefined {
  const older = exports.filter(
    (other) => keyOfExport(other) !== keyOfExport(exported) && other.metadata.deletionTimestamp === undefined && compareExports(other, exported) < 0,
  );
  const used = [
    ...usedPaths.filter(({ createdAtMs }) => createdAtMs <= createdMs(exported)),
    ...older.flatMap((other) => other.spec.rules.map((rule) => ({ ...rule, owner: `ServiceExport ${keyOfExport(other)}` }))),
  ];
  for (const [index, rule] of exported.spec.rules.entries()) {
    const owner = used.find((taken) => taken.pathType === rule.pathType && matched(taken) === matched(rule))?.owner;
    if (owner !== undefined) {
      return invalid("PathInUse", `spec.rules[${index}].path ${rule.path} (${rule.pathType}) is already used by ${owner}; choose another path`);
    }
  }
  return undefined;
}

/** What a rule compares with: a prefix is matched by segments, so a slash at its end says nothing (Kubernetes: Ingress, Path types). */
function matched({ path, pathType }: { readonly path: string; readonly pathType: string }): string {
  return pathType === "Prefix" ? path.replace(/\/+$/, "") : path;
}

/** Older first: by creationTimestamp, then by namespace/name. */
export function compareExports(a: ServiceExport, b: ServiceExport): number {
  const [createdA, createdB] = [createdMs(a), createdMs(b)];
  if (createdA !== createdB) return createdA - createdB;
  return keyOfExport(a) < keyOfExport(b) ? -1 : keyOfExport(a) > keyOfExport(b) ? 1 : 0;
}

function createdMs({ metadata }: ServiceExport): number {
  return metadata.creationTimestamp === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(metadata.creationTimestamp);
}

function keyOfExport({ metadata }: ServiceExport): string {
  return `${metadata.namespace}/${metadata.name}`;
}

function invalid(reason: string, message: string): Verdict {
  return { status: "False", reason, message };
}

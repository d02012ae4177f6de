import { managedByLabel, managedBySluice } from "@sluice/shared/attachment/attachment-names";
import type { ServiceImportSpec } from "@sluice/shared/import/service-import-schema";
import type { Service, ServicePort } from "@sluice/kubernetes/kinds";

export type ImportedServiceStep =
  | { readonly type: "none" }
  | { readonly type: "create"; readonly service: Service; readonly reason: string }
  | { readonly type: "set-ports"; readonly ports: readonly ServicePort[]; readonly reason: string }
  /** Strip our label: somebody else owns the Service now. */
  | { readonly type: "release"; readonly reason: string }
  | { readonly type: "delete"; readonly reason: string };

/**
 * What to do about a service that exists only in other clusters: it gets a same-named Service without a selector, so
 * that callers find it by its ordinary name; as soon as somebody else gives it a selector or ports it is theirs.
 */
export function planImportedService(world: {
  readonly namespace: string;
  readonly name: string;
  readonly service: Service | undefined;
  readonly serviceImport: ServiceImportSpec | undefined;
  /** The field manager under which we write. */
  readonly fieldManager: string;
}): ImportedServiceStep {
  const { namespace, name, service, serviceImport, fieldManager } = world;
  const ports = (serviceImport?.ports ?? []).filter((port) => port.endpoints.length > 0).map(({ name: portName, port, protocol, appProtocol }): ServicePort => ({
    name: portName ?? `${protocol.toLowerCase()}-${port}`,
    port,
    protocol,
    ...(appProtocol === undefined ? {} : { appProtocol }),
  }));
  if (service === undefined) {
    if (ports.length === 0) return { type: "none" };
    const metadata = { namespace, name, labels: { [managedByLabel]: managedBySluice } };
    return { type: "create", service: { apiVersion: "v1", kind: "Service", metadata, spec: { ports } }, reason: "other clusters offer the service and this one has none" };
  }
  if (service.metadata.labels?.[managedByLabel] !== managedBySluice || service.metadata.deletionTimestamp !== undefined) return { type: "none" };
  const owner = otherOwner(service, fieldManager);
  if (owner !== undefined) return { type: "release", reason: `${owner} owns the Service's selector or ports now` };
  if (ports.length === 0) return { type: "delete", reason: "no other cluster offers the service any more" };
  return isSamePorts(service.spec.ports ?? [], ports) ? { type: "none" } : { type: "set-ports", ports, reason: "the import's ports changed" };
}

function otherOwner(service: Service, fieldManager: string): string | undefined {
  for (const { manager, fieldsV1, subresource } of service.metadata.managedFields ?? []) {
    if (manager === undefined || manager === fieldManager || subresource !== undefined) continue;
    const spec = (fieldsV1 as Record<string, Record<string, unknown> | undefined> | undefined)?.["f:spec"];
    if (spec?.["f:selector"] !== undefined || spec?.["f:ports"] !== undefined) return manager;
  }
  return Object.keys(service.spec.selector ?? {}).length > 0 ? "somebody" : undefined;
}

function isSamePorts(have: readonly ServicePort[], want: readonly ServicePort[]): boolean {
  const text = (ports: readonly ServicePort[]) => ports.map((port) => `${port.name} ${port.port} ${port.protocol ?? "TCP"} ${port.appProtocol ?? ""}`).toSorted().join("\n");
  return text(have) === text(want);
}

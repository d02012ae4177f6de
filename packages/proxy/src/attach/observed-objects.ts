import type { ObservedPod, ObservedService, ObservedSlice } from "@sluice/shared/attachment/observed";
import { attachFieldManager } from "./attach-field-manager.ts";
import type { EndpointSlice, Pod, Service } from "@sluice/kubernetes/kinds";

/** A Service as plain data, with the API's defaults filled in. */
export function observedService(service: Service): ObservedService {
  const { metadata, spec } = service;
  return {
    uid: metadata.uid ?? "",
    namespace: metadata.namespace ?? "",
    name: metadata.name,
    type: spec.type ?? "ClusterIP",
    clusterIP: spec.clusterIP ?? "",
    selector: spec.selector ?? {},
    labels: metadata.labels ?? {},
    annotations: metadata.annotations ?? {},
    ports: (spec.ports ?? []).map((port) => ({ name: port.name ?? "", port: port.port, protocol: port.protocol ?? "TCP", appProtocol: port.appProtocol })),
    ipFamilies: spec.ipFamilies ?? ["IPv4"],
    ipFamilyPolicy: spec.ipFamilyPolicy,
    sessionAffinity: spec.sessionAffinity ?? "None",
    internalTrafficPolicy: spec.internalTrafficPolicy ?? "Cluster",
    externalTrafficPolicy: spec.externalTrafficPolicy ?? "Cluster",
    publishNotReadyAddresses: spec.publishNotReadyAddresses ?? false,
    deleting: metadata.deletionTimestamp !== undefined,
    selectorManager: selectorManager(service),
    selectorAppliedBy: service.metadata.managedFields?.find((entry) => entry.operation === "Apply" && entry.manager !== attachFieldManager && ownsSelector(entry))?.manager,
  };
}

/** Who wrote the selector last, by managedFields. */
function selectorManager(service: Service): string | undefined {
  let latest: { manager: string; time: string } | undefined;
  for (const entry of service.metadata.managedFields ?? []) {
    const { manager, time = "" } = entry;
    if (manager !== undefined && ownsSelector(entry) && time >= (latest?.time ?? "")) latest = { manager, time };
  }
  return latest?.manager;
}

function ownsSelector({ fieldsV1 }: { fieldsV1?: unknown }): boolean {
  return (fieldsV1 as Record<string, Record<string, unknown> | undefined> | undefined)?.["f:spec"]?.["f:selector"] !== undefined;
}

/** A slice as plain data; conditions that are absent mean ready (discovery/v1 EndpointConditions). */
export function observedSlice(slice: EndpointSlice): ObservedSlice {
  return {
    name: slice.metadata.name,
    uid: slice.metadata.uid ?? "",
    labels: slice.metadata.labels ?? {},
    addressType: slice.addressType,
    ports: (slice.ports ?? []).map((port) => ({ name: port.name ?? "", port: port.port ?? 0, protocol: port.protocol ?? "TCP", appProtocol: port.appProtocol })),
    endpoints: (slice.endpoints ?? []).map(({ addresses, conditions, targetRef, nodeName, zone }) => {
      const ready = conditions?.ready ?? true;
      return {
        address: addresses[0] ?? "",
        ready,
        serving: conditions?.serving ?? ready,
        terminating: conditions?.terminating ?? false,
        pod: targetRef?.kind === "Pod" ? { name: targetRef.name ?? "", namespace: targetRef.namespace ?? "", uid: targetRef.uid ?? "" } : undefined,
        nodeName,
        zone,
      };
    }),
  };
}

export function observedPod(pod: Pod): ObservedPod {
  const { name, uid = "", creationTimestamp = "", labels = {} } = pod.metadata;
  return { name, uid, createdAtMs: Date.parse(creationTimestamp) || 0, labels, mesh: meshOf(pod) };
}

/** By the sidecar's name (also as an init container that stays), or by what stands for one. */
function meshOf({ metadata: { annotations = {} }, spec }: Pod): ObservedPod["mesh"] {
  const names = [...spec.containers, ...((spec["initContainers"] as { name: string }[] | undefined) ?? [])].map(({ name }) => name);
  if (names.includes("istio-proxy") || annotations["ambient.istio.io/redirection"] === "enabled") return "istio";
  const injected = annotations["linkerd.io/inject"];
  return names.includes("linkerd-proxy") || injected === "enabled" || injected === "ingress" ? "linkerd" : undefined;
}

/** True when every pair of the selector is among the labels; an empty selector matches nothing, as for Services. */
export function selects(selector: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>> | undefined): boolean {
  const pairs = Object.entries(selector);
  return pairs.length > 0 && pairs.every(([key, value]) => labels?.[key] === value);
}

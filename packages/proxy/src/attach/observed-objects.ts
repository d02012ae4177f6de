import type { ObservedPod, ObservedService, ObservedSlice } from "@sluice/shared/attachment/observed";
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
  };
}

/** Who wrote the selector last, by managedFields. */
function selectorManager(service: Service): string | undefined {
  let latest: { manager: string; time: string } | undefined;
  for (const { manager, time = "", fieldsV1 } of service.metadata.managedFields ?? []) {
    const spec = (fieldsV1 as Record<string, Record<string, unknown> | undefined> | undefined)?.["f:spec"];
    if (manager !== undefined && spec?.["f:selector"] !== undefined && time >= (latest?.time ?? "")) latest = { manager, time };
  }
  return latest?.manager;
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
  return { name: pod.metadata.name, uid: pod.metadata.uid ?? "", createdAtMs: Date.parse(pod.metadata.creationTimestamp ?? "") || 0 };
}

/** True when every pair of the selector is among the labels; an empty selector matches nothing, as for Services. */
export function selects(selector: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>> | undefined): boolean {
  const pairs = Object.entries(selector);
  return pairs.length > 0 && pairs.every(([key, value]) => labels?.[key] === value);
}

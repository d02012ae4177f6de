import type { Endpoint, EndpointSlice, Service, ServicePort } from "@sluice/kubernetes/kinds";

/** One address that a connection to the service may go to. */
export interface Backend {
  readonly ip: string;
  readonly port: number;
}

/** Backends of each TCP port of the service, by port number. */
export type Backends = ReadonlyMap<number, readonly Backend[]>;

const isReady = (endpoint: Endpoint): boolean => endpoint.conditions?.ready !== false;
/** Absent `serving` means what `ready` says (discovery/v1 EndpointConditions). */
const isServing = (endpoint: Endpoint): boolean => endpoint.conditions?.serving ?? isReady(endpoint);
const isTerminating = (endpoint: Endpoint): boolean => endpoint.conditions?.terminating === true;

/**
 * Where connections to each port go, as kube-proxy decides (`pkg/proxy/topology.go` CategorizeEndpoints): the ready
 * endpoints of every slice that is labelled with the service's name, whoever manages it; without any, those that
 * still serve while they terminate. An address in two slices counts once, and is ready if either says so.
 */
export function chooseBackends(service: Service, slices: readonly EndpointSlice[]): Backends {
  const own = slices.filter(
    (slice) =>
      slice.addressType === "IPv4" &&
      slice.metadata.namespace === service.metadata.namespace &&
      slice.metadata.labels?.["kubernetes.io/service-name"] === service.metadata.name,
  );
  const ports = (service.spec.ports ?? []).filter((port) => (port.protocol ?? "TCP") === "TCP");
  return new Map(ports.map((port) => [port.port, backendsOf(port, own)]));
}

function backendsOf(port: ServicePort, slices: readonly EndpointSlice[]): Backend[] {
  const ready = new Map<string, Backend>();
  const fallback = new Map<string, Backend>();
  for (const slice of slices) {
    for (const slicePort of slice.ports ?? []) {
      if ((slicePort.name ?? "") !== (port.name ?? "") || (slicePort.protocol ?? "TCP") !== "TCP") continue;
      for (const endpoint of slice.endpoints ?? []) {
        const ip = endpoint.addresses[0];
        if (ip === undefined || slicePort.port === undefined) continue;
        const group = isReady(endpoint) ? ready : isServing(endpoint) && isTerminating(endpoint) ? fallback : undefined;
        group?.set(`${ip}:${slicePort.port}`, { ip, port: slicePort.port });
      }
    }
  }
  return [...(ready.size > 0 ? ready : fallback).values()];
}

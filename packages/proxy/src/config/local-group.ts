import type { Endpoint, EndpointSlice, ServicePort } from "@sluice/kubernetes/kinds";
import type { LocalEndpoint, LocalGroup } from "../snapshot.ts";

const nobody: LocalGroup = { endpoints: [] };

/**
 * The endpoints of one service port in the real pods' slices: the ready ones; if there is none, those that still
 * serve while they terminate, as kube-proxy does (KEP-1669). A port is found by its name in the slice, never by
 * targetPort, since pods may give the name different numbers.
 */
export function localGroup(slices: readonly EndpointSlice[], port: Pick<ServicePort, "name" | "protocol">): LocalGroup {
  const ready = new Map<string, LocalEndpoint>();
  const terminating = new Map<string, LocalEndpoint>();
  for (const slice of slices) {
    // Names would have to be resolved by whoever wrote them.
    if (slice.addressType === "FQDN") continue;
    const slicePort = slice.ports?.find((one) => (one.name ?? "") === (port.name ?? "") && (one.protocol ?? "TCP") === (port.protocol ?? "TCP"));
    if (slicePort?.port === undefined) continue;
    for (const endpoint of slice.endpoints) {
      const group = isReady(endpoint) ? ready : isServingAndTerminating(endpoint) ? terminating : undefined;
      const ip = endpoint.addresses[0];
      if (group === undefined || ip === undefined) continue;
      const pod = endpoint.targetRef?.name ?? ip;
      // A pod stands in its service's own slice and in the shadow's while one takes over from the other.
      group.set(`${ip} ${slicePort.port}`, { ip, port: slicePort.port, pod });
    }
  }
  const endpoints = [...(ready.size > 0 ? ready : terminating).values()];
  return endpoints.length === 0 ? nobody : { endpoints: endpoints.toSorted(byAddress) };
}

/** An absent condition means ready (discovery/v1 EndpointConditions). */
function isReady(endpoint: Endpoint): boolean {
  return endpoint.conditions?.ready ?? true;
}

function isServingAndTerminating({ conditions }: Endpoint): boolean {
  return conditions?.terminating === true && conditions.serving === true;
}

/** A fixed order, so that an unchanged group compares equal. */
function byAddress(a: LocalEndpoint, b: LocalEndpoint): number {
  return a.ip < b.ip ? -1 : a.ip > b.ip ? 1 : a.port - b.port;
}

import { sliceManagedByLabel, sliceManager, sliceServiceLabel } from "./attachment-names.ts";
import type { ObservedProxy, ObservedService, ObservedSlice, SliceEndpoint, SlicePort } from "./observed.ts";

/** Label of our slices: what their endpoints are there for. */
export const sliceRoleLabel = "sluice.dev/role";

/**
 * proxy: proxies. fail-open: local pods as serving and terminating, for when all proxies vanish. real: local pods,
 * ready, for ports that proxies cannot serve (UDP, SCTP).
 */
export type SliceRole = "proxy" | "fail-open" | "real";

export interface DesiredSlice {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly addressType: string;
  readonly endpoints: readonly SliceEndpoint[];
  readonly ports: readonly SlicePort[];
}

/** The API's own bound is 1000; kube-proxy and watchers cope better with small ones, as the EndpointSlice controller's. */
const endpointsMax = 100;

/** Our slices of proxies, one group for each IP family of the Service. `ready` is false for Standby and draining. */
export function proxySlices(
  service: ObservedService,
  proxies: readonly ObservedProxy[],
  listenPorts: readonly { readonly port: number; readonly listenPort: number }[],
  ready: boolean,
): DesiredSlice[] {
  const ports = service.ports.flatMap(({ name, port, protocol, appProtocol }): SlicePort[] => {
    const listenPort = listenPorts.find((record) => record.port === port)?.listenPort;
    return protocol !== "TCP" || listenPort === undefined ? [] : [{ name, port: listenPort, protocol, appProtocol }];
  });
  if (ports.length === 0) return [];
  return service.ipFamilies.flatMap((family) => {
    const endpoints = proxies.flatMap(({ pod, addresses, nodeName, zone }): SliceEndpoint[] => {
      const address = addresses.find((candidate) => familyOf(candidate) === family);
      return address === undefined ? [] : [{ address, ready, serving: true, terminating: !ready, pod, nodeName, zone }];
    });
    return chunked(service, "proxy", family, ports, endpoints);
  });
}

/** The shadow's endpoints in slices of ours, by address type and tuple of ports. */
export function podSlices(service: ObservedService, shadowSlices: readonly ObservedSlice[], role: "fail-open" | "real"): DesiredSlice[] {
  const groups = Map.groupBy(
    shadowSlices.map((slice) => ({ ...slice, ports: slice.ports.filter(({ protocol }) => (protocol === "TCP") === (role === "fail-open")) })),
    ({ addressType, ports }) => JSON.stringify([addressType, ports]),
  );
  return [...groups.values()].flatMap((slices, group) => {
    const [first] = slices;
    if (first === undefined || first.ports.length === 0) return [];
    const endpoints = slices.flatMap((slice) => slice.endpoints).filter((endpoint) => endpoint.ready);
    const shown = role === "real" ? endpoints : endpoints.map((endpoint) => ({ ...endpoint, ready: false, serving: true, terminating: true }));
    return chunked(service, role, first.addressType, first.ports, shown, group);
  });
}

export function isOurs(slice: ObservedSlice): boolean {
  return slice.labels[sliceManagedByLabel] === sliceManager;
}

/** True when the observed slice says what is desired; endpoints are compared in any order. */
export function sameSlice(observed: ObservedSlice | undefined, desired: DesiredSlice): boolean {
  if (observed === undefined || observed.addressType !== desired.addressType) return false;
  return portsText(observed.ports) === portsText(desired.ports) && endpointsText(observed.endpoints) === endpointsText(desired.endpoints);
}

function endpointsText(endpoints: readonly SliceEndpoint[]): string {
  return endpoints
    .map(({ address, ready, serving, terminating, nodeName, zone }) => `${address} ${ready} ${serving} ${terminating} ${nodeName ?? ""} ${zone ?? ""}`)
    .toSorted()
    .join();
}

function portsText(ports: readonly SlicePort[]): string {
  return ports.map(({ name, port, protocol }) => `${name} ${port} ${protocol}`).toSorted().join();
}

function chunked(service: ObservedService, role: SliceRole, family: string, ports: readonly SlicePort[], endpoints: readonly SliceEndpoint[], group = 0): DesiredSlice[] {
  const sorted = endpoints.toSorted((a, b) => (a.address < b.address ? -1 : 1));
  const slices: DesiredSlice[] = [];
  for (let start = 0; start < sorted.length; start += endpointsMax) {
    slices.push({
      name: `${service.name.slice(0, 200)}-sluice-${role}-${family.toLowerCase()}-${group}-${slices.length}`,
      labels: { [sliceManagedByLabel]: sliceManager, [sliceServiceLabel]: service.name, [sliceRoleLabel]: role },
      addressType: family,
      endpoints: sorted.slice(start, start + endpointsMax),
      ports,
    });
  }
  return slices;
}

function familyOf(address: string): string {
  return address.includes(":") ? "IPv6" : "IPv4";
}

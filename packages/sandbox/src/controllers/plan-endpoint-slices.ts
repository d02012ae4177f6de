import type { Endpoint, EndpointSlice, Pod, Service } from "@sluice/kubernetes/kinds";
import { isPodReady } from "./is-pod-ready.ts";
import { shortHash } from "./template-hash.ts";

export const managedBy = "endpointslice-controller.k8s.io";
const endpointsMax = 100;

type SlicePort = NonNullable<EndpointSlice["ports"]>[number];

/** The slices that a service with these pods (of its namespace) should have; none for a service without a selector. */
export function planEndpointSlices(service: Service, pods: readonly Pod[]): EndpointSlice[] {
  const selector = Object.entries(service.spec.selector ?? {});
  if (service.spec.selector === undefined || selector.length === 0 || service.spec.type === "ExternalName") return [];
  const groups = new Map<string, { ports: SlicePort[]; endpoints: Endpoint[] }>();
  for (const pod of [...pods].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))) {
    const ip = pod.status?.podIP;
    if (ip === undefined || ip === "" || pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed") continue;
    if (!selector.every(([key, value]) => pod.metadata.labels?.[key] === value)) continue;
    const ports = portsOf(service, pod);
    const id = JSON.stringify(ports);
    const group = groups.get(id) ?? { ports, endpoints: [] };
    groups.set(id, group);
    group.endpoints.push(endpointOf(service, pod, ip));
  }
  // One empty slice stays, so that the service is known to have no endpoints rather than to be not yet seen.
  if (groups.size === 0) return [sliceOf(service, [], [], "")];
  return [...groups].flatMap(([id, { ports, endpoints }]) =>
    Array.from({ length: Math.ceil(endpoints.length / endpointsMax) }, (_, index) =>
      sliceOf(service, ports, endpoints.slice(index * endpointsMax, (index + 1) * endpointsMax), `${id}/${index}`),
    ),
  );
}

/** Conditions as Kubernetes 1.36 sets them (`endpointslice/utils.go` podToEndpoint). */
function endpointOf(service: Service, pod: Pod, ip: string): Endpoint {
  const serving = isPodReady(pod);
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const hostname = pod.spec["hostname"];
  return {
    addresses: [ip],
    conditions: { ready: service.spec.publishNotReadyAddresses === true || (serving && !terminating), serving, terminating },
    ...(typeof hostname === "string" && pod.spec["subdomain"] === service.metadata.name ? { hostname } : {}),
    ...(pod.spec.nodeName === undefined ? {} : { nodeName: pod.spec.nodeName }),
    targetRef: { kind: "Pod", namespace: pod.metadata.namespace ?? "", name: pod.metadata.name, uid: pod.metadata.uid ?? "" },
  };
}

/** Ports of the service at this pod; a named target port that the pod does not have is left out. */
function portsOf(service: Service, pod: Pod): SlicePort[] {
  return (service.spec.ports ?? []).flatMap((port) => {
    const protocol = port.protocol ?? "TCP";
    const target = port.targetPort ?? port.port;
    const containerPort =
      typeof target === "number" ? target : pod.spec.containers.flatMap((container) => container.ports ?? []).find((one) => one.name === target && (one.protocol ?? "TCP") === protocol)?.containerPort;
    if (containerPort === undefined) return [];
    return [{ name: port.name ?? "", port: containerPort, protocol, ...(port.appProtocol === undefined ? {} : { appProtocol: port.appProtocol }) }];
  });
}

function sliceOf(service: Service, ports: SlicePort[], endpoints: Endpoint[], id: string): EndpointSlice {
  const { name, namespace = "", uid = "", labels = {} } = service.metadata;
  const headless = service.spec.clusterIP === "None" ? { "service.kubernetes.io/headless": "" } : {};
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name: `${name.slice(0, 57)}-${shortHash(`${uid}/${id}`, 5)}`,
      namespace,
      labels: { ...labels, ...headless, "kubernetes.io/service-name": name, "endpointslice.kubernetes.io/managed-by": managedBy },
      ownerReferences: [{ apiVersion: "v1", kind: "Service", name, uid, controller: true, blockOwnerDeletion: true }],
    },
    addressType: "IPv4",
    endpoints,
    ports,
  };
}

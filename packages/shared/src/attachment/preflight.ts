import type { ObservedAttachment, Obstacle } from "./observed.ts";

const systemNamespaces = new Set(["kube-system", "kube-public", "kube-node-lease", "sluice-system"]);

/** The first reason why proxies must not stand in this service's path, with the fix; undefined when there is none. */
export function preflight({ service, ownKey, obstacles }: ObservedAttachment): Obstacle | undefined {
  if (service === undefined) return { reason: "ServiceMissing", message: "there is no Service of that name; the policy waits for one" };
  const name = `Service ${service.namespace}/${service.name}`;
  const refusals: [boolean, string, string][] = [
    [ownKey === undefined, "NotJoined", "this cluster has not joined a cluster set yet; until then requests stay local"],
    [service.deleting, "ServiceDeleting", `${name} is being deleted`],
    [service.type === "ExternalName", "ExternalName", `${name} is of type ExternalName and has no endpoints; set the policy on the Service that it points to`],
    [service.clusterIP === "None", "Headless", `${name} is headless: callers reach pods without kube-proxy; give it a cluster IP`],
    [systemNamespaces.has(service.namespace), "SystemNamespace", `${name} is in a namespace that the cluster itself needs; Sluice stays out of it`],
    [service.internalTrafficPolicy === "Local", "InternalTrafficPolicyLocal", `${name} has internalTrafficPolicy Local, which needs a proxy on every node; set it to Cluster`],
    [service.externalTrafficPolicy === "Local", "ExternalTrafficPolicyLocal", `${name} has externalTrafficPolicy Local, which needs a proxy on every node; set it to Cluster`],
    [service.sessionAffinity === "ClientIP", "SessionAffinity", `${name} has sessionAffinity ClientIP, which would pin callers to a proxy; set it to None and use sessionSticky of the export`],
    [service.publishNotReadyAddresses, "PublishNotReadyAddresses", `${name} publishes addresses that are not ready; set publishNotReadyAddresses to false`],
  ];
  const refusal = refusals.find(([applies]) => applies);
  return refusal === undefined ? obstacles[0] : { reason: refusal[1], message: refusal[2] };
}

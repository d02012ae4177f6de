import { inlineSelectorKey } from "../attachment/attachment-names.ts";
import type { Obstacle, ObservedPod, ObservedService } from "../attachment/observed.ts";

const systemNamespaces = new Set(["kube-system", "kube-public", "kube-node-lease", "sluice-system"]);
const dnsLabels: readonly [string, string | undefined][] = [["k8s-app", "kube-dns"], ["kubernetes.io/name", "CoreDNS"], ["dns.operator.openshift.io/owning-dns", undefined]];

/** What the Service itself and its pods show that speaks against proxies in its path, each with the fix. */
export function serviceRefusals(service: ObservedService, pods: readonly ObservedPod[], proxyImages: readonly string[]): Obstacle[] {
  const name = `Service ${service.namespace}/${service.name}`;
  const keyed = inlineSelectorKey in service.selector;
  const refusals: [boolean, string, string][] = [
    [service.clusterIP === "None", "Headless", `${name} is headless: callers reach pods without kube-proxy; give it a cluster IP`],
    [systemNamespaces.has(service.namespace), "SystemNamespace", `${name} is in a namespace that the cluster itself needs; Sluice stays out of it`],
    [service.namespace === "default" && service.name === "kubernetes", "ApiServer", `${name} is the API server, which Sluice itself needs; leave it without a policy`],
    [dnsLabels.some(([label, value]) => service.labels[label] !== undefined && (value === undefined || service.labels[label] === value)), "ClusterDns", `${name} is the cluster's DNS, which Sluice itself needs; leave it without a policy`],
    [proxyImages.some((image) => isRegistryOf(image, service)), "ImageRegistry", `${name} is the registry from which nodes pull the proxy's own image; pull that from another one`],
    [service.internalTrafficPolicy === "Local", "InternalTrafficPolicyLocal", `${name} has internalTrafficPolicy Local, which needs a proxy on every node; set it to Cluster`],
    [service.externalTrafficPolicy === "Local", "ExternalTrafficPolicyLocal", `${name} has externalTrafficPolicy Local, which needs a proxy on every node; set it to Cluster`],
    [service.sessionAffinity === "ClientIP", "SessionAffinity", `${name} has sessionAffinity ClientIP, which would pin callers to a proxy; set it to None and use sessionSticky of the export`],
    [service.publishNotReadyAddresses, "PublishNotReadyAddresses", `${name} publishes addresses that are not ready; set publishNotReadyAddresses to false`],
    ["rollouts-pod-template-hash" in service.selector, "Rollout", `${name} is run by Argo Rollouts (rollouts-pod-template-hash in its selector), which changes the selector by itself; move the workload to a Deployment`],
    [exposesEndpointGroups(service.annotations["cloud.google.com/neg"]), "NetworkEndpointGroup", `${name} has its pods registered as network endpoint groups (annotation cloud.google.com/neg, exposed_ports); remove exposed_ports`],
    // A key that stands already is either ours, then we own the selector, or in Git, then nothing resets it.
    [service.selectorAppliedBy !== undefined && !keyed, "SelectorApplied", `${name} has its selector applied server-side by ${service.selectorAppliedBy}, which would reset it; have ${service.selectorAppliedBy} keep the key ${inlineSelectorKey}, or ignore /spec/selector`],
    [pods.some(({ mesh }) => mesh === "linkerd"), "StrictMtls", `pods of ${name} are in a Linkerd mesh, which sees the proxies as unknown callers; let its inbound policy admit unauthenticated ones`],
  ];
  return refusals.filter(([applies]) => applies).map(([, reason, message]) => ({ reason, message }));
}

/** GKE: `{"ingress": true}` only serves an Ingress, which is looked at by itself; text that is no JSON may mean anything. */
function exposesEndpointGroups(annotation: string | undefined): boolean {
  if (annotation === undefined) return false;
  try {
    const value: unknown = JSON.parse(annotation);
    return typeof value !== "object" || value === null || Object.keys((value as { exposed_ports?: object }).exposed_ports ?? {}).length > 0;
  } catch {
    return true;
  }
}

function isRegistryOf(image: string, { namespace, name, clusterIP }: ObservedService): boolean {
  const host = image.split("/")[0]?.replace(/:\d+$/, "") ?? "";
  return host === clusterIP || host === `${name}.${namespace}` || host.startsWith(`${name}.${namespace}.svc`);
}

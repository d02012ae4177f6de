import type { Obstacle, ObservedPod, ObservedService } from "../attachment/observed.ts";
import { originalSelector } from "../attachment/shadow-service.ts";
import type { Claim } from "./claim.ts";
import { matchesSelector } from "./label-selector.ts";

const fixes: Readonly<Record<Claim["reason"], (object: string) => string>> = {
  NetworkPolicy: (object) => `${object} decides who may reach the pods, and would see the proxies as the callers; let it admit the pods of sluice-proxy, knowing that these pass on everybody's requests`,
  Webhook: (object) => `${object} is served by it: the cluster, and so Sluice, needs it to work; serve it by a Service of its own`,
  ApiService: (object) => `${object} is served by it: the cluster, and so Sluice, needs it to work; serve it by a Service of its own`,
  Ingress: (object) => `the controller of ${object} may read pods instead of the cluster IP; have it use the Service (ingress-nginx: annotation nginx.ingress.kubernetes.io/service-upstream: "true")`,
  Route: (object) => `the controller of ${object} may read pods instead of the cluster IP; have it route to the Service`,
  TargetGroupBinding: (object) => `${object} registers pods at the load balancer; give it targetType instance`,
  ServiceMonitor: (object) => `${object} scrapes the Service's endpoints, which become the proxies; scrape the pods by a PodMonitor`,
  Rollout: (object) => `${object} changes its selector by itself; let its traffic stay with Argo Rollouts, or move the workload to a Deployment`,
  StrictMtls: (object) => `${object} asks for the mesh's mutual TLS, which the proxies do not speak; set it to PERMISSIVE for these pods`,
};

/** A refusal for each kind of claim on the service, naming all the objects that make it, at most three. */
export function claimRefusals(service: ObservedService, pods: readonly ObservedPod[], claims: readonly Claim[]): Obstacle[] {
  // What is made from an import has no pods, so nothing can read them.
  const selector = originalSelector(service);
  if (Object.keys(selector).length === 0) return [];
  const matching = claims.filter((claim) => claim.on !== "mesh" && concerns(claim, service, pods, selector));
  const strict = strictClaim(service, pods, selector, claims.filter((claim) => claim.on === "mesh"));
  const byReason = Map.groupBy(strict === undefined ? matching : [...matching, strict], ({ reason }) => reason);
  return [...byReason].map(([reason, all]) => {
    const objects = [...new Set(all.map(({ object }) => object))].toSorted();
    const named = objects.slice(0, 3).join(", ") + (objects.length > 3 ? ` and ${objects.length - 3} more` : "");
    return { reason, message: `Service ${service.namespace}/${service.name}: ${fixes[reason](named)}` };
  });
}

function concerns(claim: Exclude<Claim, { on: "mesh" }>, service: ObservedService, pods: readonly ObservedPod[], selector: Readonly<Record<string, string>>): boolean {
  switch (claim.on) {
    case "service":
      return claim.namespace === service.namespace && claim.name === service.name;
    case "pods":
      return claim.namespace === service.namespace && labelsOf(pods, selector).some((labels) => matchesSelector(claim.selector, labels));
    case "labels":
      return (claim.namespaces === null || claim.namespaces.includes(service.namespace)) && matchesSelector(claim.selector, service.labels);
  }
}

/** Istio's order: what selects the pods, else what the namespace says, else the mesh. Pods without its proxy are not asked for TLS. */
function strictClaim(service: ObservedService, pods: readonly ObservedPod[], selector: Readonly<Record<string, string>>, claims: readonly Extract<Claim, { on: "mesh" }>[]): Claim | undefined {
  if (pods.length > 0 && !pods.some(({ mesh }) => mesh === "istio")) return undefined;
  const here = claims.filter(({ namespace }) => namespace === service.namespace);
  const scopes = [
    here.filter((claim) => claim.selector !== null && labelsOf(pods, selector).some((labels) => claim.selector !== null && matchesSelector(claim.selector, labels))),
    here.filter((claim) => claim.selector === null),
    claims.filter(({ namespace }) => namespace === null),
  ];
  return scopes.find((scope) => scope.length > 0)?.find(({ strict }) => strict);
}

/** Without a pod, the selector tells at least what its pods will have. */
function labelsOf(pods: readonly ObservedPod[], selector: Readonly<Record<string, string>>): readonly Readonly<Record<string, string>>[] {
  return pods.length === 0 ? [selector] : pods.map(({ labels }) => labels);
}

import { expect, test } from "vitest";
import type { ObservedPod, ObservedService } from "../attachment/observed.ts";
import { claimsOf, type ClaimingKind } from "./claims-of.ts";
import { matchesSelector } from "./label-selector.ts";
import { acknowledgeAnnotation, preflight } from "./preflight.ts";
import { preflightVerdict } from "./preflight-verdict.ts";

const service: ObservedService = {
  uid: "u", namespace: "shop", name: "web", type: "ClusterIP", clusterIP: "10.0.0.1", selector: { app: "web" }, labels: { team: "a" }, annotations: {}, ports: [],
  ipFamilies: ["IPv4"], ipFamilyPolicy: undefined, sessionAffinity: "None", internalTrafficPolicy: "Cluster", externalTrafficPolicy: "Cluster",
  publishNotReadyAddresses: false, deleting: false, selectorManager: undefined, selectorAppliedBy: undefined,
};
const pod = (change: Partial<ObservedPod> = {}): ObservedPod => ({ name: "p", uid: "p", createdAtMs: 0, labels: { app: "web", tier: "front" }, mesh: undefined, ...change });
const claims = (plural: ClaimingKind, spec: object, metadata: object = {}) => claimsOf(plural, { metadata: { name: "x", namespace: "shop", ...metadata }, ...(plural.endsWith("webhookconfigurations") ? spec : { spec }) }, "Kind");
const strict = (selector?: object, mode = "STRICT", namespace = "shop") => claims("peerauthentications", { selector, mtls: { mode } }, { namespace });

interface World {
  service?: Partial<ObservedService>;
  pods?: ObservedPod[];
  claims?: ReturnType<typeof claims>;
  proxyImages?: string[];
  unseen?: { kind: string; why: string }[];
  pending?: string[];
  acknowledge?: string;
}
const check = ({ service: change = {}, pods = [pod()], claims: found = [], proxyImages = [], unseen = [], pending = [], acknowledge }: World) =>
  preflight({ service: { ...service, ...change, annotations: { ...change.annotations, ...(acknowledge === undefined ? {} : { [acknowledgeAnnotation]: acknowledge }) } }, pods, surroundings: { claims: found, unseen, pending, proxyImages } });

const policy = claims("networkpolicies", { podSelector: { matchLabels: { tier: "front" } } });
const ingress = claims("ingresses", { defaultBackend: { service: { name: "web" } } });

test.each<[string, World, string | undefined, RegExp]>([
  ["an ordinary Service", {}, undefined, /./],
  ["headless", { service: { clusterIP: "None" } }, "Headless", /give it a cluster IP/],
  ["in kube-system", { service: { namespace: "kube-system" } }, "SystemNamespace", /stays out/],
  ["the API server", { service: { namespace: "default", name: "kubernetes", selector: {} } }, "ApiServer", /leave it/],
  ["DNS elsewhere", { service: { labels: { "k8s-app": "kube-dns" } } }, "ClusterDns", /leave it/],
  ["DNS of OpenShift", { service: { labels: { "dns.operator.openshift.io/owning-dns": "default" } } }, "ClusterDns", /leave it/],
  ["the registry of the proxy's image, by name", { proxyImages: ["web.shop.svc.cluster.local:5000/sluice/proxy:1"] }, "ImageRegistry", /another one/],
  ["the same by cluster IP", { proxyImages: ["10.0.0.1:5000/proxy"] }, "ImageRegistry", /another one/],
  ["some other registry", { proxyImages: ["web.shopping.example/proxy", "sluice/proxy"] }, undefined, /./],
  ["internalTrafficPolicy", { service: { internalTrafficPolicy: "Local" } }, "InternalTrafficPolicyLocal", /set it to Cluster/],
  ["externalTrafficPolicy", { service: { externalTrafficPolicy: "Local" } }, "ExternalTrafficPolicyLocal", /set it to Cluster/],
  ["sessionAffinity", { service: { sessionAffinity: "ClientIP" } }, "SessionAffinity", /sessionSticky/],
  ["publishNotReadyAddresses", { service: { publishNotReadyAddresses: true } }, "PublishNotReadyAddresses", /to false/],
  ["Argo Rollouts by the selector", { service: { selector: { app: "web", "rollouts-pod-template-hash": "7" } } }, "Rollout", /Deployment/],
  ["Argo Rollouts by name", { claims: claims("rollouts", { strategy: { blueGreen: { activeService: "web" } } }) }, "Rollout", /Kind shop\/x changes/],
  ["exposed endpoint groups", { service: { annotations: { "cloud.google.com/neg": '{"exposed_ports": {"80": {}}}' } } }, "NetworkEndpointGroup", /exposed_ports/],
  ["endpoint groups for an Ingress only", { service: { annotations: { "cloud.google.com/neg": '{"ingress": true}' } } }, undefined, /./],
  ["endpoint groups that can't be read", { service: { annotations: { "cloud.google.com/neg": "yes" } } }, "NetworkEndpointGroup", /exposed_ports/],
  ["a selector applied from Git", { service: { selectorAppliedBy: "argocd-controller" } }, "SelectorApplied", /argocd-controller keep the key sluice.dev\/inline/],
  ["the same with the key in Git", { service: { selectorAppliedBy: "argocd-controller", selector: { app: "web", "sluice.dev/inline": "true" } } }, undefined, /./],
  ["a NetworkPolicy of the pods", { claims: policy }, "NetworkPolicy", /admit the pods of sluice-proxy/],
  ["of pods to come, by the selector", { claims: claims("networkpolicies", { podSelector: { matchLabels: { app: "web" } } }), pods: [] }, "NetworkPolicy", /admit/],
  ["a NetworkPolicy of other pods", { claims: claims("networkpolicies", { podSelector: { matchLabels: { tier: "back" } } }) }, undefined, /./],
  ["a NetworkPolicy elsewhere", { claims: claims("networkpolicies", { podSelector: {} }, { namespace: "pay" }) }, undefined, /./],
  ["a webhook", { claims: claims("validatingwebhookconfigurations", { webhooks: [{ clientConfig: { service: { namespace: "shop", name: "web" } } }] }, { namespace: undefined }) }, "Webhook", /Kind x is served/],
  ["an aggregated API", { claims: claims("apiservices", { service: { namespace: "shop", name: "web" } }) }, "ApiService", /of its own/],
  ["an Ingress", { claims: ingress }, "Ingress", /service-upstream/],
  ["an Ingress of another Service", { claims: claims("ingresses", { defaultBackend: { service: { name: "other" } } }) }, undefined, /./],
  ["an Ingress of a service that only others have", { claims: ingress, service: { selector: {} } }, undefined, /./],
  ["a route", { claims: claims("httproutes", { rules: [{ backendRefs: [{ name: "web" }] }] }) }, "Route", /route to the Service/],
  ["targets by address", { claims: claims("targetgroupbindings", { serviceRef: { name: "web" } }) }, "TargetGroupBinding", /instance/],
  ["a ServiceMonitor", { claims: claims("servicemonitors", { selector: { matchLabels: { team: "a" } } }) }, "ServiceMonitor", /PodMonitor/],
  ["a ServiceMonitor elsewhere", { claims: claims("servicemonitors", { selector: {} }, { namespace: "pay" }) }, undefined, /./],
  ["strict TLS of the namespace", { claims: strict(), pods: [pod({ mesh: "istio" })] }, "StrictMtls", /PERMISSIVE/],
  ["of the whole mesh", { claims: strict(undefined, "STRICT", "istio-system"), pods: [pod({ mesh: "istio" })] }, "StrictMtls", /PERMISSIVE/],
  ["with an exception for these pods", { claims: [...strict(), ...strict({ matchLabels: { app: "web" } }, "PERMISSIVE")], pods: [pod({ mesh: "istio" })] }, undefined, /./],
  ["strict for these pods only", { claims: [...strict(undefined, "PERMISSIVE"), ...strict({ matchLabels: { app: "web" } })], pods: [pod({ mesh: "istio" })] }, "StrictMtls", /PERMISSIVE/],
  ["strict, but the pods are not in the mesh", { claims: strict() }, undefined, /./],
  ["strict, and no pod is there to see", { claims: strict(), pods: [] }, "StrictMtls", /PERMISSIVE/],
  ["Linkerd", { pods: [pod({ mesh: "linkerd" })] }, "StrictMtls", /Linkerd/],
  ["an acknowledged Ingress", { claims: ingress, acknowledge: "Ingress" }, undefined, /./],
  ["one of two acknowledged", { claims: [...ingress, ...policy], acknowledge: "Ingress" }, "NetworkPolicy", /add NetworkPolicy to annotation sluice.dev\/acknowledge/],
  ["both acknowledged", { claims: [...ingress, ...policy], acknowledge: " Ingress, NetworkPolicy" }, undefined, /./],
  ["what can't be acknowledged", { service: { clusterIP: "None" }, acknowledge: "Headless" }, "Headless", /cluster IP/],
  ["an unknown word", { acknowledge: "ingress" }, "AcknowledgementUnknown", /names ingress, which/],
  ["no answer yet", { pending: ["ingresses"] }, "PreflightPending", /looking at the cluster's ingresses/],
])("%s", (_case, world, reason, message) => {
  const { refusals } = check(world);
  expect(refusals[0]?.reason).toBe(reason);
  expect(refusals[0]?.message ?? "-").toMatch(message);
});

test("the condition names three refusals at most, what was not seen, and what was acknowledged", () => {
  const many = check({ service: { sessionAffinity: "ClientIP", publishNotReadyAddresses: true, internalTrafficPolicy: "Local", externalTrafficPolicy: "Local" } });
  expect(preflightVerdict(many)).toMatchObject({ status: "False", reason: "InternalTrafficPolicyLocal", message: expect.stringMatching(/SessionAffinity|sessionAffinity.*And 1 more$/) as string });
  expect(preflightVerdict(check({ unseen: [{ kind: "ingresses", why: "forbidden" }] }))).toMatchObject({ status: "Unknown", reason: "NotSeen", message: expect.stringContaining("ingresses (forbidden)") as string });
  expect(preflightVerdict(check({ claims: ingress, acknowledge: "Ingress" }))).toMatchObject({ status: "True", reason: "Acknowledged", message: expect.stringContaining("Ingress") as string });
  expect(preflightVerdict(check({}))).toMatchObject({ status: "True", reason: "Passed" });
});

test.each<[string, object, boolean]>([
  ["In", { key: "app", operator: "In", values: ["web", "api"] }, true],
  ["In, another value", { key: "app", operator: "In", values: ["api"] }, false],
  ["NotIn", { key: "app", operator: "NotIn", values: ["web"] }, false],
  ["NotIn, absent", { key: "gone", operator: "NotIn", values: ["web"] }, true],
  ["Exists", { key: "app", operator: "Exists", values: [] }, true],
  ["DoesNotExist", { key: "app", operator: "DoesNotExist", values: [] }, false],
  ["an operator to come", { key: "app", operator: "Gt", values: ["1"] }, true],
])("label selector: %s", (_case, expression, expected) => {
  expect(matchesSelector({ matchLabels: {}, matchExpressions: [expression as never] }, { app: "web" })).toBe(expected);
});

import { expect, test } from "vitest";
import { claimsOf, type ClaimingKind } from "./claims-of.ts";

const rule = (...names: string[]) => ({ http: { paths: names.map((name) => ({ path: "/", backend: { service: { name, port: { number: 80 } } } })) } });
const meta = { name: "x", namespace: "shop" };
const upstream = { ...meta, annotations: { "nginx.ingress.kubernetes.io/service-upstream": "true" } };
const service = { namespace: "shop", name: "web" };

/** What each object claims, in short: what it is on. */
const cases: [string, ClaimingKind, object, string[]][] = [
  ["a policy for incoming connections", "networkpolicies", { spec: { podSelector: { matchLabels: { app: "web" } }, ingress: [{ from: [{ podSelector: {} }] }] } }, ["shop app=web"]],
  ["one that denies everything", "networkpolicies", { spec: { podSelector: {} } }, ["shop "]],
  ["one that admits everybody", "networkpolicies", { spec: { podSelector: {}, ingress: [{}] } }, []],
  ["one that admits everybody to one port", "networkpolicies", { spec: { podSelector: {}, ingress: [{ ports: [{ port: 80 }] }] } }, ["shop "]],
  ["one for outgoing connections", "networkpolicies", { spec: { podSelector: {}, policyTypes: ["Egress"] } }, []],
  ["an Ingress by rules and default", "ingresses", { spec: { defaultBackend: { service: { name: "front" } }, rules: [rule("web", "web"), {}, rule("api")] } }, ["shop/front", "shop/web", "shop/api"]],
  ["an Ingress that uses the cluster IP", "ingresses", { metadata: upstream, spec: { rules: [rule("web")] } }, []],
  ["an ALB with instances", "ingresses", { metadata: { ...meta, annotations: { "alb.ingress.kubernetes.io/target-type": "instance" } }, spec: { rules: [rule("web")] } }, []],
  ["an Ingress to a resource", "ingresses", { spec: { defaultBackend: { resource: { kind: "Bucket", name: "b" } } } }, []],
  ["a route here and elsewhere", "httproutes", { spec: { rules: [{ backendRefs: [{ name: "web" }, { name: "bill", namespace: "pay" }, { kind: "Bucket", name: "b" }] }, {}] } }, ["shop/web", "pay/bill"]],
  ["a route of gRPC", "grpcroutes", { spec: { rules: [{ backendRefs: [{ name: "web" }] }] } }, ["shop/web"]],
  ["targets by address", "targetgroupbindings", { spec: { serviceRef: { name: "web" }, targetType: "ip" } }, ["shop/web"]],
  ["targets by node port", "targetgroupbindings", { spec: { serviceRef: { name: "web" }, targetType: "instance" } }, []],
  ["a monitor of its namespace", "servicemonitors", { spec: { selector: { matchLabels: { team: "a" } } } }, ["labels shop team=a"]],
  ["a monitor of others", "servicemonitors", { spec: { selector: {}, namespaceSelector: { matchNames: ["pay", "till"] } } }, ["labels pay,till "]],
  ["a monitor of all", "servicemonitors", { spec: { selector: {}, namespaceSelector: { any: true } } }, ["labels * "]],
  ["webhooks, one by address", "validatingwebhookconfigurations", { metadata: { name: "x" }, webhooks: [{ clientConfig: { service } }, { clientConfig: { url: "https://example.com" } }] }, ["shop/web"]],
  ["no webhook", "mutatingwebhookconfigurations", { metadata: { name: "x" } }, []],
  ["a conversion webhook", "customresourcedefinitions", { metadata: { name: "x" }, spec: { conversion: { strategy: "Webhook", webhook: { clientConfig: { service } } } } }, ["shop/web"]],
  ["no conversion", "customresourcedefinitions", { metadata: { name: "x" }, spec: { conversion: { strategy: "None" } } }, []],
  ["an aggregated API", "apiservices", { metadata: { name: "x" }, spec: { service } }, ["shop/web"]],
  ["a local API", "apiservices", { metadata: { name: "x" }, spec: { service: null } }, []],
  ["a canary", "rollouts", { spec: { strategy: { canary: { stableService: "web", canaryService: "web-canary", pingPong: { pingService: "p", pongService: "q" } } } } }, ["shop/web-canary", "shop/web", "shop/p", "shop/q"]],
  ["blue and green", "rollouts", { spec: { strategy: { blueGreen: { activeService: "web", previewService: "next" } } } }, ["shop/web", "shop/next"]],
  ["a rollout without traffic", "rollouts", { spec: {} }, []],
  ["a namespace's TLS", "peerauthentications", { spec: { mtls: { mode: "STRICT" } } }, ["mesh shop strict"]],
  ["the mesh's TLS", "peerauthentications", { metadata: { name: "default", namespace: "istio-system" }, spec: { mtls: { mode: "STRICT" } } }, ["mesh * strict"]],
  ["a workload's exception", "peerauthentications", { spec: { selector: { matchLabels: { app: "web" } }, mtls: { mode: "PERMISSIVE" } } }, ["mesh shop app=web"]],
  ["strict on one port", "peerauthentications", { spec: { selector: { matchLabels: { app: "web" } }, mtls: { mode: "PERMISSIVE" }, portLevelMtls: { 80: { mode: "STRICT" } } } }, ["mesh shop app=web strict"]],
  ["what its parent says", "peerauthentications", { spec: { mtls: { mode: "UNSET" } } }, []],
  ["no object of its kind", "ingresses", { spec: "nonsense" }, []],
];

test.each(cases)("%s", (_case, plural, object, expected) => {
  const pairs = (labels: Record<string, string> | undefined) => Object.entries(labels ?? {}).map((pair) => pair.join("=")).join();
  const short = claimsOf(plural, { metadata: meta, ...object }, "Kind").map((claim) => {
    switch (claim.on) {
      case "service":
        return `${claim.namespace}/${claim.name}`;
      case "pods":
        return `${claim.namespace} ${pairs(claim.selector.matchLabels)}`;
      case "labels":
        return `labels ${claim.namespaces?.join() ?? "*"} ${pairs(claim.selector.matchLabels)}`;
      case "mesh":
        return ["mesh", claim.namespace ?? "*", pairs(claim.selector?.matchLabels), claim.strict ? "strict" : ""].filter((word) => word !== "").join(" ");
    }
    throw new Error("unknown claim");
  });
  expect(short).toEqual(expected);
});

import { expect, test } from "vitest";
import { type AuditEvent, denied, grantsOf, isOfSluice, neverUsed, type RbacObject, readAudit, showGrant } from "./rights.ts";

const subjects = [{ kind: "ServiceAccount", namespace: "sluice-system", name: "sluice-proxy" }];
const role = (kind: string, namespace: string | undefined, rules: RbacObject["rules"]): RbacObject[] => {
  const metadata = { name: "sluice-proxy", ...(namespace !== undefined && { namespace }) };
  return [{ kind, metadata, rules: rules ?? [] }, { kind: `${kind}Binding`, metadata, roleRef: { kind, name: "sluice-proxy" }, subjects }];
};
const event = (verb: string, objectRef: AuditEvent["objectRef"], rest: Partial<AuditEvent> = {}): AuditEvent => ({
  stage: "ResponseComplete",
  verb,
  user: { username: "system:serviceaccount:sluice-system:sluice-proxy" },
  requestURI: "/",
  ...(objectRef && { objectRef }),
  ...rest,
});
const admin = { user: { username: "admin" } };
const forbidden = { annotations: { "authorization.k8s.io/decision": "forbid" } };

test("rights are told by account, verb and resource, with the namespace and the names that bound them", () => {
  const objects = [
    ...role("ClusterRole", undefined, [{ apiGroups: [""], resources: ["services", "pods/proxy"], verbs: ["list"] }]),
    ...role("Role", "sluice-system", [{ apiGroups: ["apps"], resources: ["deployments"], resourceNames: ["one"], verbs: ["get"] }]),
    ...role("Role", "elsewhere", [{ apiGroups: [""], resources: ["secrets"], verbs: ["get"] }]),
    { kind: "RoleBinding", metadata: { name: "other", namespace: "default" }, roleRef: { kind: "Role", name: "missing" }, subjects },
  ];
  expect(grantsOf(objects).map(showGrant)).toEqual([
    "sluice-proxy: list services",
    "sluice-proxy: list pods/proxy",
    "sluice-proxy: get deployments.apps one in sluice-system",
    "sluice-proxy: get secrets in elsewhere",
  ]);
});

test("a right is used by the request that needs it, and by no other", () => {
  const [services, proxies, deployment] = grantsOf([
    ...role("ClusterRole", undefined, [{ apiGroups: [""], resources: ["services", "pods/proxy"], verbs: ["get"] }]),
    ...role("Role", "sluice-system", [{ apiGroups: ["apps"], resources: ["deployments"], resourceNames: ["one"], verbs: ["get"] }]),
  ]);
  if (services === undefined || proxies === undefined || deployment === undefined) throw new Error("unreachable");
  const one = { apiGroup: "apps", resource: "deployments", namespace: "sluice-system", name: "one" };
  const unusedAfter = (...events: AuditEvent[]) => neverUsed([services, proxies, deployment], events);
  expect(unusedAfter(event("get", { resource: "services" }), event("get", { resource: "pods", subresource: "proxy" }), event("get", one))).toEqual([]);
  expect(unusedAfter(event("get", { resource: "services" }, admin), event("list", { resource: "services" }), event("get", { resource: "services", apiGroup: "other" }))).toContain(services);
  expect(unusedAfter(event("get", { resource: "pods" }))).toContain(proxies);
  expect(unusedAfter(event("get", { ...one, name: "two" }), event("get", { ...one, namespace: "default" }))).toContain(deployment);
});

test("a kind that the cluster does not have can't be watched, so its list is enough", () => {
  const grants = grantsOf(role("ClusterRole", undefined, [{ apiGroups: ["x.io"], resources: ["things"], verbs: ["watch"] }]));
  const list = (code: number) => event("list", { apiGroup: "x.io", resource: "things" }, { responseStatus: { code } });
  expect(neverUsed(grants, [list(200)])).toEqual(grants);
  expect(neverUsed(grants, [list(404)])).toEqual([]);
});

test("what is granted and denied all the same, and the version that everybody may read, was asked before the roles were known", () => {
  const grants = grantsOf(role("Role", "sluice-system", [{ apiGroups: [""], resources: ["pods/proxy"], verbs: ["get"] }]));
  const ask = (namespace: string) => event("get", { resource: "pods", subresource: "proxy", namespace }, forbidden);
  const version = event("get", undefined, { ...forbidden, requestURI: "/version" });
  expect(denied([ask("sluice-system"), version, ask("elsewhere")], grants)).toEqual([ask("elsewhere")]);
});

test("what is denied counts until the account's binding is deleted, and from when it is there again", () => {
  const refused = event("get", { resource: "secrets" }, forbidden);
  const foreign = event("get", { resource: "secrets" }, { ...forbidden, ...admin });
  const unbound = event("delete", { resource: "rolebindings", name: "sluice-proxy" }, admin);
  const bound = event("create", { resource: "clusterrolebindings", name: "sluice-proxy" }, admin);
  const later = event("list", { resource: "secrets" }, forbidden);
  expect(denied([event("get", { resource: "services" }), foreign, refused, unbound, refused, bound, later], [])).toEqual([refused, later]);
  expect([refused, foreign].filter(isOfSluice)).toEqual([refused]);
});

test("who could not be authenticated has no name, and is nobody of ours", () => {
  const nameless = event("get", { resource: "services" }, { user: {}, responseStatus: { code: 401 } });
  expect([nameless].filter(isOfSluice)).toEqual([]);
});

test("a line that is not whole yet is left out", () => {
  const one = event("get", { resource: "services" });
  expect(readAudit(`${JSON.stringify(one)}\n{"stage":"Resp`)).toEqual([one]);
});

import assert from "node:assert/strict";
import { eventually, expectCode, expectFailure, type ApiCase } from "../api-case.ts";

const RBAC = "/apis/rbac.authorization.k8s.io/v1";

/** Who may: authentication, RBAC, reviews; discovery. */
export const accessCases: readonly ApiCase[] = [
  {
    name: "a token that is not valid is 401; no token may not list",
    async run({ api, namespace }) {
      expectFailure(await api.get(`/api/v1/namespaces/${namespace}/pods`, { token: "wrong" }), 401, "Unauthorized");
    },
  },
  {
    name: "a service account may do what its role says, and nothing else",
    async run({ api, namespace }) {
      expectCode(await api.create(`/api/v1/namespaces/${namespace}/serviceaccounts`, { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "reader" } }), 201);
      const request = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { expirationSeconds: 3600 } };
      const token: string = expectCode(await api.create(`/api/v1/namespaces/${namespace}/serviceaccounts/reader/token`, request), 201).body["status"]!["token"]!;
      const configMaps = `/api/v1/namespaces/${namespace}/configmaps`;
      const user = `system:serviceaccount:${namespace}:reader`;
      expectFailure(await api.get(configMaps, { token }), 403, "Forbidden", `configmaps is forbidden: User "${user}" cannot list resource "configmaps" in API group "" in the namespace "${namespace}"`);

      const rules = [
        { apiGroups: [""], resources: ["configmaps"], verbs: ["list"] },
        { apiGroups: [""], resources: ["configmaps"], resourceNames: ["mine"], verbs: ["get", "update"] },
        { apiGroups: ["apps"], resources: ["deployments/scale"], verbs: ["get"] },
      ];
      expectCode(await api.create(`${RBAC}/namespaces/${namespace}/roles`, { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", metadata: { name: "reader" }, rules }), 201);
      const binding = { metadata: { name: "reader" }, roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "reader" }, subjects: [{ kind: "ServiceAccount", name: "reader", namespace }] };
      expectCode(await api.create(`${RBAC}/namespaces/${namespace}/rolebindings`, { apiVersion: "rbac.authorization.k8s.io/v1", kind: "RoleBinding", ...binding }), 201);
      for (const name of ["mine", "other"]) expectCode(await api.create(configMaps, { apiVersion: "v1", kind: "ConfigMap", metadata: { name } }), 201);

      for (let tries = 0; (await api.get(configMaps, { token })).code !== 200 && tries < 100; tries++) await new Promise((resolve) => setTimeout(resolve, 20));
      expectCode(await api.get(configMaps, { token }), 200);
      expectCode(await api.get(`${configMaps}/mine`, { token }), 200);
      expectFailure(await api.get(`${configMaps}/other`, { token }), 403, "Forbidden", `configmaps "other" is forbidden: User "${user}" cannot get resource "configmaps"`);
      expectFailure(await api.get("/api/v1/nodes", { token }), 403, "Forbidden", "at the cluster scope");
      expectCode(await api.get("/version", { token }), 200);

      const may = async (resourceAttributes: unknown): Promise<boolean> => {
        const review = { apiVersion: "authorization.k8s.io/v1", kind: "SelfSubjectAccessReview", spec: { resourceAttributes } };
        return expectCode(await api.create("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review, { token }), 201).body["status"]!["allowed"]!;
      };
      assert.equal(await may({ namespace, verb: "get", resource: "configmaps", name: "mine" }), true);
      assert.equal(await may({ namespace, verb: "get", resource: "configmaps", name: "other" }), false);
      assert.equal(await may({ namespace, verb: "get", group: "apps", resource: "deployments", subresource: "scale" }), true);
      assert.equal(await may({ namespace, verb: "get", group: "apps", resource: "deployments" }), false);
    },
  },
  {
    name: "a review of another user asks RBAC in that user's name",
    async run({ api, namespace }) {
      const ask = async (groups: string[]): Promise<boolean> => {
        const spec = { user: "someone", groups, resourceAttributes: { namespace, verb: "delete", resource: "secrets" } };
        const answer = await api.create("/apis/authorization.k8s.io/v1/subjectaccessreviews", { apiVersion: "authorization.k8s.io/v1", kind: "SubjectAccessReview", spec });
        return expectCode(answer, 201).body["status"]!["allowed"]!;
      };
      assert.equal(await ask([]), false);
      assert.equal(await ask(["system:masters"]), true);
    },
  },
  {
    name: "an administrator may ask as somebody else, who may no more than that one",
    async run({ api, namespace }) {
      const headers = { "impersonate-user": "someone", "impersonate-group": "system:authenticated" };
      expectFailure(await api.get(`/api/v1/namespaces/${namespace}/secrets`, { headers }), 403, "Forbidden", 'secrets is forbidden: User "someone" cannot list resource "secrets"');
      const review = { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" };
      const user = expectCode(await api.create("/apis/authentication.k8s.io/v1/selfsubjectreviews", review, { headers }), 201).body["status"]!["userInfo"]!;
      assert.equal(user["username"], "someone");
    },
  },
  {
    name: "the rules of an account can be asked for, and its token is of that account only",
    async run({ api, namespace }) {
      const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`;
      expectCode(await api.create(accounts, { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "gone" } }), 201);
      const short = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { expirationSeconds: 60 } };
      expectFailure(await api.create(`${accounts}/gone/token`, short), 422, "Invalid", "spec.expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes");
      const request = { ...short, spec: { expirationSeconds: 600 } };
      const { status } = expectCode(await api.create(`${accounts}/gone/token`, request), 201).body as unknown as { status: { token: string; expirationTimestamp: string } };
      assert.match(status.expirationTimestamp, /^\d{4}-.*Z$/);
      const claims = JSON.parse(Buffer.from(status.token.split(".")[1] ?? "", "base64url").toString()) as { sub: string; exp: number; iat: number };
      assert.deepEqual([claims.sub, claims.exp - claims.iat], [`system:serviceaccount:${namespace}:gone`, 600]);
      const rules = { apiVersion: "authorization.k8s.io/v1", kind: "SelfSubjectRulesReview", spec: { namespace } };
      const answer = expectCode(await api.create("/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", rules, { token: status.token }), 201).body["status"]!;
      assert.ok((answer["resourceRules"] as unknown as { resources: string[] }[]).some(({ resources }) => resources.includes("selfsubjectaccessreviews")));
      expectFailure(await api.create(`${accounts}/none/token`, request), 404, "NotFound", 'serviceaccounts "none" not found');
      expectCode(await api.delete(`${accounts}/gone`), 200);
      await eventually(() => api.get("/version", { token: status.token }), ({ code }) => code === 401);
    },
  },
  {
    name: "discovery names kinds, short names and subresources",
    async run({ api }) {
      const core = expectCode(await api.get("/api/v1"), 200).body;
      const resources = core["resources"] as unknown as { name: string; kind: string; shortNames?: string[] }[];
      const services = resources.find((each) => each.name === "services");
      assert.equal(services?.kind, "Service");
      assert.deepEqual(services?.shortNames, ["svc"]);
      assert.ok(resources.some((each) => each.name === "pods/log"));
      const groups = expectCode(await api.get("/apis"), 200).body["groups"] as unknown as { name: string }[];
      assert.ok(groups.some((group) => group.name === "apps"));
      const aggregated = expectCode(await api.get("/apis", { accept: "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList" }), 200);
      assert.equal(aggregated.body["kind"], "APIGroupDiscoveryList");
      assert.match(expectCode(await api.get("/version"), 200).body["gitVersion"]!, /^v1\./);
    },
  },
];

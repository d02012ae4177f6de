import type { UserInfo } from "../auth/authenticator.ts";
import { isRecord, listAt, recordAt, textAt } from "../json-value.ts";
import type { ApiObject } from "../api-object.ts";
import type { ObjectStore } from "../store/object-store.ts";

/** One thing that a user wants to do. */
export type AccessRequest =
  | { verb: string; group: string; version?: string; resource: string; subresource?: string; namespace?: string; name?: string }
  | { verb: string; path: string };

const GROUP = "rbac.authorization.k8s.io";

const includes = (rule: unknown, field: string, value: string): boolean => {
  const list = listAt(rule, field);
  return list.includes("*") || list.includes(value);
};

function resourceMatches(rule: unknown, resource: string, subresource: string | undefined): boolean {
  const full = subresource === undefined ? resource : `${resource}/${subresource}`;
  return listAt(rule, "resources").some((each) => each === "*" || each === full || (subresource !== undefined && each === `*/${subresource}`));
}

/** Does one PolicyRule allow the request? (apiserver plugin/pkg/auth/authorizer/rbac RuleAllows) */
export function ruleAllows(rule: unknown, request: AccessRequest): boolean {
  if (!includes(rule, "verbs", request.verb)) return false;
  if ("path" in request) {
    return listAt(rule, "nonResourceURLs").some((each) => each === "*" || each === request.path || (typeof each === "string" && each.endsWith("*") && request.path.startsWith(each.slice(0, -1))));
  }
  if (!includes(rule, "apiGroups", request.group) || !resourceMatches(rule, request.resource, request.subresource)) return false;
  const names = listAt(rule, "resourceNames");
  return names.length === 0 || (request.name !== undefined && names.includes(request.name));
}

function isSubject(user: UserInfo, subject: unknown, bindingNamespace: string | undefined): boolean {
  const name = textAt(subject, "name");
  switch (textAt(subject, "kind")) {
    case "User":
      return name === user.name;
    case "Group":
      return user.groups.includes(name);
    case "ServiceAccount":
      return user.name === `system:serviceaccount:${textAt(subject, "namespace") || (bindingNamespace ?? "")}:${name}`;
    default:
      return false;
  }
}

/** RBAC over the roles and bindings in the store. */
export class Authorizer {
  readonly #store: ObjectStore;

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  allows(user: UserInfo, request: AccessRequest): boolean {
    if (user.groups.includes("system:masters")) return true;
    const namespace = "path" in request ? undefined : request.namespace;
    return this.rulesFor(user, namespace).some((rule) => ruleAllows(rule, request));
  }

  /** Every rule that holds for the user, in the namespace (if any) and cluster-wide. */
  rulesFor(user: UserInfo, namespace: string | undefined): unknown[] {
    const rules: unknown[] = [];
    for (const binding of this.#store.list(`${GROUP}/clusterrolebindings`)) this.#collect(user, binding, undefined, rules);
    if (namespace !== undefined) for (const binding of this.#store.list(`${GROUP}/rolebindings`, namespace)) this.#collect(user, binding, namespace, rules);
    return rules;
  }

  #collect(user: UserInfo, binding: ApiObject, namespace: string | undefined, into: unknown[]): void {
    if (!listAt(binding, "subjects").some((subject) => isSubject(user, subject, namespace))) return;
    const reference = recordAt(binding, "roleRef");
    const name = textAt(reference, "name");
    const role = textAt(reference, "kind") === "Role" ? this.#store.get(`${GROUP}/roles`, `${namespace ?? ""}/${name}`) : this.#store.get(`${GROUP}/clusterroles`, name);
    if (role !== undefined) into.push(...listAt(role, "rules").filter(isRecord));
  }
}

import { ApiFailure } from "../api-failure.ts";
import type { UserInfo } from "../auth/authenticator.ts";
import { isRecord, listAt, recordAt, textAt, type JsonRecord } from "../json-value.ts";
import type { AccessRequest } from "../rbac/authorizer.ts";
import { apiVersionOf, type ResourceDefinition } from "../registry/resource-definition.ts";
import type { ServerContext } from "../server-context.ts";

const REVIEWS = new Set(["SelfSubjectAccessReview", "SelfSubjectRulesReview", "SubjectAccessReview", "LocalSubjectAccessReview", "SelfSubjectReview", "TokenReview"]);

/** True for kinds that are asked, not stored. */
export function isReview(definition: ResourceDefinition): boolean {
  return !definition.custom && REVIEWS.has(definition.kind);
}

function accessOf(spec: unknown): AccessRequest {
  const other = recordAt(spec)["nonResourceAttributes"];
  if (isRecord(other)) return { verb: textAt(other, "verb"), path: textAt(other, "path") };
  const attributes = recordAt(spec, "resourceAttributes");
  const optional = (field: "namespace" | "name" | "subresource"): Record<string, string> => (textAt(attributes, field) === "" ? {} : { [field]: textAt(attributes, field) });
  return { verb: textAt(attributes, "verb"), group: textAt(attributes, "group"), resource: textAt(attributes, "resource"), ...optional("namespace"), ...optional("name"), ...optional("subresource") };
}

function decide(context: ServerContext, user: UserInfo, spec: unknown): JsonRecord {
  const allowed = context.authorizer.allows(user, accessOf(spec));
  return allowed ? { allowed, reason: "RBAC: allowed by a role bound to the user" } : { allowed };
}

function rulesReview(context: ServerContext, user: UserInfo, namespace: string): JsonRecord {
  const everything = { verbs: ["*"], apiGroups: ["*"], resources: ["*"] };
  const rules = [...(user.groups.includes("system:masters") ? [everything, { verbs: ["*"], nonResourceURLs: ["*"] }] : []), ...context.authorizer.rulesFor(user, namespace)];
  return {
    resourceRules: rules.filter((rule) => listAt(rule, "resources").length > 0),
    nonResourceRules: rules.filter((rule) => listAt(rule, "nonResourceURLs").length > 0),
    incomplete: false,
  };
}

/** Answers a review with its status filled in. Throws 400. */
export function answerReview(context: ServerContext, definition: ResourceDefinition, caller: UserInfo, body: unknown): JsonRecord {
  if (!isRecord(body)) throw ApiFailure.badRequest("the object provided is unrecognized (must be of type Object)");
  const spec = recordAt(body, "spec");
  const answer = (status: JsonRecord): JsonRecord => ({ kind: definition.kind, apiVersion: apiVersionOf(definition), metadata: { creationTimestamp: null }, ...(Object.keys(spec).length === 0 ? {} : { spec }), status });
  switch (definition.kind) {
    case "SelfSubjectReview":
      return answer({ userInfo: { username: caller.name, ...(caller.uid === undefined ? {} : { uid: caller.uid }), groups: caller.groups } });
    case "SelfSubjectAccessReview":
      return answer(decide(context, caller, spec));
    case "SelfSubjectRulesReview":
      return answer(rulesReview(context, caller, textAt(spec, "namespace")));
    case "TokenReview": {
      const user = context.authenticator.userOf(textAt(spec, "token"));
      return answer(user === undefined ? { user: {}, error: "invalid bearer token" } : { authenticated: true, user: { username: user.name, ...(user.uid === undefined ? {} : { uid: user.uid }), groups: user.groups } });
    }
    default: {
      const user: UserInfo = { name: textAt(spec, "user"), groups: listAt(spec, "groups").filter((each) => typeof each === "string") };
      return answer(decide(context, user, spec));
    }
  }
}

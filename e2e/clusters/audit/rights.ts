/** What the rights test reads of an event of kube-apiserver's audit log (`audit.k8s.io/v1`). */
export interface AuditEvent {
  stage: string;
  verb: string;
  /** Without a name: who asked could not be authenticated. */
  user: { username?: string };
  objectRef?: { apiGroup?: string; resource?: string; subresource?: string; namespace?: string; name?: string };
  responseStatus?: { code?: number };
  annotations?: Record<string, string>;
  requestURI: string;
}

export interface Rule {
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  verbs: string[];
}

export interface RbacObject {
  kind: string;
  metadata: { name: string; namespace?: string };
  rules?: Rule[];
  roleRef?: { kind: string; name: string };
  subjects?: { kind: string; name: string; namespace?: string }[];
}

/** One verb on one resource that an account has. */
export interface Grant {
  account: string;
  /** Undefined: in all of them. */
  namespace: string | undefined;
  /** Undefined: whatever their names. */
  names: readonly string[] | undefined;
  group: string;
  /** With its subresource: `pods/proxy`. */
  resource: string;
  verb: string;
}

const accountsOf = "system:serviceaccount:sluice-system:";

export function isOfSluice(event: AuditEvent): event is AuditEvent & { user: { username: string } } {
  return event.user.username?.startsWith(accountsOf) === true;
}

/** Every right of the accounts in sluice-system, from all roles and bindings of a cluster. */
export function grantsOf(objects: readonly RbacObject[]): Grant[] {
  const roles = new Map(objects.filter(({ rules }) => rules !== undefined).map((role) => [`${role.kind}/${role.metadata.namespace ?? ""}/${role.metadata.name}`, role.rules ?? []]));
  return objects.flatMap(({ metadata: { namespace }, roleRef, subjects = [] }) => {
    const rules = roleRef === undefined ? [] : (roles.get(`${roleRef.kind}/${roleRef.kind === "Role" ? (namespace ?? "") : ""}/${roleRef.name}`) ?? []);
    const accounts = subjects.filter((subject) => subject.kind === "ServiceAccount" && subject.namespace === "sluice-system").map(({ name }) => name);
    return accounts.flatMap((account) =>
      rules.flatMap(({ apiGroups = [], resources = [], resourceNames: names, verbs }) =>
        apiGroups.flatMap((group) => resources.flatMap((resource) => verbs.map((verb): Grant => ({ account, namespace, names, group, resource, verb })))),
      ),
    );
  });
}

/** True for a request that the grant was needed for. */
function needs(event: AuditEvent, { account, namespace, names, group, resource, verb }: Grant): boolean {
  const { objectRef } = event;
  if (event.user.username !== `${accountsOf}${account}` || objectRef?.resource === undefined) return false;
  const asked = objectRef.subresource === undefined ? objectRef.resource : `${objectRef.resource}/${objectRef.subresource}`;
  if (asked !== resource || (objectRef.apiGroup ?? "") !== group) return false;
  if (namespace !== undefined && objectRef.namespace !== namespace) return false;
  if (names !== undefined && !names.includes(objectRef.name ?? "")) return false;
  // Of a kind that the cluster does not have nothing can be watched.
  return event.verb === verb || (verb === "watch" && event.verb === "list" && event.responseStatus?.code === 404);
}

/** The grants that no request needed. */
export function neverUsed(grants: readonly Grant[], events: readonly AuditEvent[]): Grant[] {
  return grants.filter((grant) => !events.some((event) => needs(event, grant)));
}

/** Kubernetes itself grants it to everybody who is known (ClusterRole system:public-info-viewer). */
const versionPath = "/version";

/**
 * What an account was denied that no grant of its chart covers, while it had what its chart grants: until the first of its
 * bindings is deleted, and from when one is there again. A pod that ends after them can't give back its Lease any more. What is
 * granted and denied all the same was asked of an API server that had just started: until it has read its roles it denies everything.
 */
export function denied(events: readonly AuditEvent[], grants: readonly Grant[]): AuditEvent[] {
  const found: AuditEvent[] = [];
  const unbound = new Set<string>();
  for (const event of events) {
    const { verb, objectRef, annotations } = event;
    if (/^(?:cluster)?rolebindings$/.test(objectRef?.resource ?? "")) {
      if (verb === "delete") unbound.add(`${accountsOf}${objectRef?.name}`);
      if (verb === "create") unbound.delete(`${accountsOf}${objectRef?.name}`);
    }
    if (annotations?.["authorization.k8s.io/decision"] === "forbid" && isOfSluice(event) && !unbound.has(event.user.username) && !isGranted(event, grants)) found.push(event);
  }
  return found;
}

function isGranted(event: AuditEvent, grants: readonly Grant[]): boolean {
  return event.requestURI === versionPath || grants.some((grant) => needs(event, grant));
}

/** The events of a log's text; a last line that is still being written is left out. */
export function readAudit(text: string): AuditEvent[] {
  const lines = text.split("\n");
  return lines.slice(0, -1).filter((line) => line !== "").map((line) => JSON.parse(line) as AuditEvent);
}

/** In one line, for a test's message. */
export function showGrant({ account, namespace, names, group, resource, verb }: Grant): string {
  return `${account}: ${verb} ${resource}${group === "" ? "" : `.${group}`}${names === undefined ? "" : ` ${names.join(",")}`}${namespace === undefined ? "" : ` in ${namespace}`}`;
}

import { ApiFailure } from "../api-failure.ts";
import type { ApiObject } from "../api-object.ts";
import { recordAt } from "../json-value.ts";

export type ObjectPredicate = (object: ApiObject) => boolean;

interface Requirement {
  key: string;
  operator: "=" | "!=" | "in" | "notin" | "exists" | "!exists" | "gt" | "lt";
  values: string[];
}

const KEY = String.raw`(?:[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?`;
const VALUE = String.raw`[-A-Za-z0-9_.]*`;
const SET = new RegExp(String.raw`^(${KEY})\s+(in|notin)\s*\(([^()]*)\)$`);
const EQUALITY = new RegExp(String.raw`^(${KEY})\s*(==|=|!=)\s*(${VALUE})$`);
const COMPARISON = new RegExp(String.raw`^(${KEY})\s*([<>])\s*(-?\d+)$`);
const EXISTS = new RegExp(String.raw`^(!?)\s*(${KEY})$`);

function splitTopLevel(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    const letter = text[index];
    if (letter === "(") depth++;
    else if (letter === ")") depth--;
    else if (letter === "," && depth === 0) {
      parts.push(text.slice(start, index));
      start = index + 1;
    }
  }
  return [...parts, text.slice(start)].map((part) => part.trim());
}

function parseRequirement(text: string): Requirement {
  const set = SET.exec(text);
  if (set !== null) return { key: set[1] as string, operator: set[2] as "in" | "notin", values: (set[3] as string).split(",").map((value) => value.trim()) };
  const equality = EQUALITY.exec(text);
  if (equality !== null) return { key: equality[1] as string, operator: equality[2] === "!=" ? "!=" : "=", values: [equality[3] as string] };
  const comparison = COMPARISON.exec(text);
  if (comparison !== null) return { key: comparison[1] as string, operator: comparison[2] === ">" ? "gt" : "lt", values: [comparison[3] as string] };
  const exists = EXISTS.exec(text);
  if (exists !== null) return { key: exists[2] as string, operator: exists[1] === "!" ? "!exists" : "exists", values: [] };
  throw ApiFailure.badRequest(`unable to parse requirement: found '${text}', expected: a label selector such as 'key=value', 'key in (a,b)' or '!key'`);
}

function holds(requirement: Requirement, labels: Readonly<Record<string, string>>): boolean {
  const value = Object.hasOwn(labels, requirement.key) ? labels[requirement.key] : undefined;
  switch (requirement.operator) {
    case "=":
    case "in":
      return value !== undefined && requirement.values.includes(value);
    case "!=":
    case "notin":
      return value === undefined || !requirement.values.includes(value);
    case "exists":
      return value !== undefined;
    case "!exists":
      return value === undefined;
    case "gt":
      return value !== undefined && Number.parseInt(value, 10) > Number(requirement.values[0]);
    case "lt":
      return value !== undefined && Number.parseInt(value, 10) < Number(requirement.values[0]);
  }
}

/** Parses a label selector as the query string has it (apimachinery pkg/labels). Throws 400. */
export function parseLabelSelector(text: string): ObjectPredicate {
  if (text.trim() === "") return () => true;
  const requirements = splitTopLevel(text).map(parseRequirement);
  return (object) => requirements.every((requirement) => holds(requirement, object.metadata.labels ?? {}));
}

const EVERY_KIND = ["metadata.name", "metadata.namespace"];
const BY_COLLECTION: Record<string, readonly string[]> = {
  pods: ["spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork", "status.phase", "status.podIP", "status.nominatedNodeName"],
  events: [
    "involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid", "involvedObject.apiVersion", "involvedObject.resourceVersion", "involvedObject.fieldPath",
    "reason", "reportingComponent", "source", "type", "regarding.kind", "regarding.namespace", "regarding.name", "regarding.uid", "reportingController",
  ],
  namespaces: ["status.phase"],
  nodes: ["spec.unschedulable"],
  secrets: ["type"],
  services: ["spec.clusterIP", "spec.type"],
  "apps/replicasets": ["status.replicas"],
};

function fieldValue(object: ApiObject, path: string): string {
  const stored = path.replace(/^regarding\./, "involvedObject.");
  const parts = stored === "source" ? ["source", "component"] : stored.split(".");
  const value = recordAt(object, ...parts.slice(0, -1))[parts.at(-1) as string];
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

/** Kinds with fields of their own and those without refuse in words of their own (apimachinery pkg/runtime/conversion.go). */
function unknownField(path: string, hasOwn: boolean): string {
  return hasOwn ? `field label not supported: ${path}` : `${JSON.stringify(path)} is not a known field selector: only "metadata.name", "metadata.namespace"`;
}

/** Parses a field selector; a field that the kind does not index is 400, as kube-apiserver answers. `more`: selectable fields of a CRD. */
export function parseFieldSelector(text: string, collection: string, more: readonly string[] = []): ObjectPredicate {
  if (text.trim() === "") return () => true;
  const own = BY_COLLECTION[collection];
  const known = [...EVERY_KIND, ...(own ?? []), ...more];
  const terms = text.split(",").map((term) => {
    const match = /^([^=!]+?)\s*(==|=|!=)\s*(.*)$/.exec(term.trim());
    if (match === null) throw ApiFailure.badRequest(`invalid selector: '${text}'; can't understand '${term}'`);
    const path = match[1] as string;
    if (!known.includes(path)) throw ApiFailure.badRequest(unknownField(path, own !== undefined || more.length > 0));
    return { path, equal: match[2] !== "!=", value: match[3] as string };
  });
  return (object) => terms.every((term) => (fieldValue(object, term.path) === term.value) === term.equal);
}

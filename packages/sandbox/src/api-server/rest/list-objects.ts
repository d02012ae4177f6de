import type { ApiObject } from "../api-object.ts";
import { ApiFailure } from "../api-failure.ts";
import { isRecord } from "../json-value.ts";
import { fieldCause } from "../registry/field-cause.ts";
import type { ResourceDefinition } from "../registry/resource-definition.ts";
import type { ServerContext } from "../server-context.ts";
import { parseFieldSelector, parseLabelSelector, type ObjectPredicate } from "./selector.ts";

export interface ListPage {
  items: ApiObject[];
  resourceVersion: string;
  continue?: string;
  remainingItemCount?: number;
}

const PAGES_MAX = 32;
const snapshots = new WeakMap<ServerContext, Map<string, { items: ApiObject[]; resourceVersion: string }>>();

/** Both selectors of a query as one predicate. Throws 400. */
export function selectorOf(definition: ResourceDefinition, query: URLSearchParams): ObjectPredicate {
  const labels = parseLabelSelector(query.get("labelSelector") ?? "");
  const fields = parseFieldSelector(query.get("fieldSelector") ?? "", definition.collection);
  return (object) => labels(object) && fields(object);
}

/** Parses a resourceVersion of a query; undefined when absent. Throws 400. */
export function parseRevision(text: string | null): number | undefined {
  if (text === null || text === "") return undefined;
  if (!/^\d+$/.test(text)) throw ApiFailure.badRequest(`Invalid value: "${text}": resourceVersion must be a whole number`);
  return Number(text);
}

function checkRevision(context: ServerContext, query: URLSearchParams): void {
  const wanted = parseRevision(query.get("resourceVersion"));
  const match = query.get("resourceVersionMatch") ?? "";
  if (!["", "Exact", "NotOlderThan"].includes(match)) throw ApiFailure.invalid({ group: "meta.k8s.io", plural: "listoptions", kind: "ListOptions" }, "", [fieldCause.notSupported("resourceVersionMatch", match, ["Exact", "NotOlderThan", ""])]);
  if (match !== "" && wanted === undefined) throw ApiFailure.invalid({ group: "meta.k8s.io", plural: "listoptions", kind: "ListOptions" }, "", [fieldCause.forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden unless resourceVersion is provided")]);
  const current = context.store.revision;
  if (wanted !== undefined && wanted > current) {
    throw new ApiFailure(504, "Timeout", `Too large resource version: ${wanted}, current: ${current}`, {
      causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
      retryAfterSeconds: 1,
    });
  }
  // Only the present is stored; an exact older version was never kept.
  if (match === "Exact" && wanted !== current) throw ApiFailure.expired("The resourceVersion for the provided list is too old.");
}

function pageOf(context: ServerContext, id: string, items: ApiObject[], resourceVersion: string, start: number, limit: number): ListPage {
  let pages = snapshots.get(context);
  if (pages === undefined) snapshots.set(context, (pages = new Map()));
  const end = start + limit;
  if (end >= items.length) return { items: items.slice(start), resourceVersion };
  if (!pages.has(id) && pages.size >= PAGES_MAX) pages.delete(pages.keys().next().value as string);
  pages.set(id, { items, resourceVersion });
  const token = Buffer.from(JSON.stringify({ id, start: end })).toString("base64url");
  return { items: items.slice(start, end), resourceVersion, continue: token, remainingItemCount: items.length - end };
}

/** One page of a list, in a consistent state even when it is read in several pages. Throws 400, 410, 504. */
export function listObjects(context: ServerContext, definition: ResourceDefinition, namespace: string | undefined, query: URLSearchParams): ListPage {
  const limit = Number(query.get("limit") ?? 0) || Number.POSITIVE_INFINITY;
  const token = query.get("continue");
  if (token !== null && token !== "") {
    let parsed: unknown;
    try {
      parsed = JSON.parse(Buffer.from(token, "base64url").toString("utf8"));
    } catch {
      parsed = undefined;
    }
    if (!isRecord(parsed) || typeof parsed["id"] !== "string" || typeof parsed["start"] !== "number") throw ApiFailure.badRequest("continue key is not valid");
    const kept = snapshots.get(context)?.get(parsed["id"]);
    if (kept === undefined) {
      throw ApiFailure.expired("The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.");
    }
    return pageOf(context, parsed["id"], kept.items, kept.resourceVersion, parsed["start"], limit);
  }
  checkRevision(context, query);
  const matches = selectorOf(definition, query);
  const items = context.store
    .list(definition.collection, namespace)
    .filter(matches)
    .map((object) => definition.fromStored?.(object) ?? object);
  return pageOf(context, context.newUid(), items, String(context.store.revision), 0, limit);
}

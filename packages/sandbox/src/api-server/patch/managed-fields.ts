import type { ApiObject, ManagedFieldsEntry } from "../api-object.ts";
import { apiVersionOf, type ResourceDefinition } from "../registry/resource-definition.ts";
import { compareFields, fieldSetOf, fromFieldsV1, toFieldsV1 } from "./field-set.ts";

/** More managers that update than this share one entry, as in kube-apiserver. */
const UPDATERS_MAX = 10;

export interface TrackedWrite {
  definition: ResourceDefinition;
  before: ApiObject | undefined;
  /** Gets its managedFields in place. */
  after: ApiObject;
  manager: string;
  time: string;
  subresource?: string;
}

/** A new entry, or nothing when the manager owns no field. */
export function managedEntry(write: Pick<TrackedWrite, "definition" | "manager" | "time" | "subresource">, operation: "Apply" | "Update", paths: Iterable<string>): ManagedFieldsEntry | undefined {
  const fieldsV1 = toFieldsV1(paths);
  if (Object.keys(fieldsV1).length === 0) return undefined;
  return {
    manager: write.manager,
    operation,
    apiVersion: apiVersionOf(write.definition),
    time: write.time,
    fieldsType: "FieldsV1",
    fieldsV1,
    ...(write.subresource === undefined ? {} : { subresource: write.subresource }),
  };
}

/** The entry without the paths; undefined when nothing is left, the same entry when it had none of them. */
export function withoutPaths(entry: ManagedFieldsEntry, paths: ReadonlySet<string>): ManagedFieldsEntry | undefined {
  const owned = fromFieldsV1(entry.fieldsV1);
  const kept = [...owned].filter((path) => !paths.has(path));
  if (kept.length === owned.size) return entry;
  return kept.length === 0 ? undefined : { ...entry, fieldsV1: toFieldsV1(kept) };
}

function mergeOldest(entries: ManagedFieldsEntry[]): ManagedFieldsEntry[] {
  const updaters = entries.filter((entry) => entry.operation === "Update").toSorted((a, b) => ((a.time ?? "") < (b.time ?? "") ? -1 : 1));
  const old = new Set(updaters.slice(0, Math.max(0, updaters.length - UPDATERS_MAX + 1)));
  const last = [...old].at(-1);
  if (updaters.length <= UPDATERS_MAX || last === undefined) return entries;
  const paths = new Set([...old].flatMap((entry) => [...fromFieldsV1(entry.fieldsV1)]));
  const { subresource: _, ...base } = last;
  return [...entries.filter((entry) => !old.has(entry)), { ...base, manager: "ancient-changes", fieldsV1: toFieldsV1(paths) }];
}

/**
 * Records in metadata.managedFields who changed what by a create, update or patch: a field belongs to the manager that
 * last changed its value (apimachinery pkg/util/managedfields).
 */
export function trackUpdate(write: TrackedWrite): void {
  const { definition, before, after } = write;
  const { changed, removed } = compareFields(before === undefined ? new Map() : fieldSetOf(before, definition.schema), fieldSetOf(after, definition.schema));
  const entries = after.metadata.managedFields ?? [];
  if (changed.length === 0 && removed.length === 0) return;
  const isOwn = (entry: ManagedFieldsEntry): boolean =>
    entry.operation === "Update" && entry.manager === write.manager && entry.apiVersion === apiVersionOf(definition) && entry.subresource === write.subresource;
  const gone = new Set(removed);
  const taken = new Set([...removed, ...changed]);
  const own = entries.find(isOwn);
  const others = entries.filter((entry) => entry !== own).flatMap((entry) => withoutPaths(entry, taken) ?? []);
  const kept = own === undefined ? [] : [...fromFieldsV1(own.fieldsV1)].filter((path) => !gone.has(path));
  const next = managedEntry(write, "Update", new Set([...kept, ...changed]));
  const result = mergeOldest(next === undefined ? others : [...others, next]);
  if (result.length > 0) after.metadata.managedFields = result;
  else delete after.metadata.managedFields;
}

import { isRecord, jsonEqual, type JsonRecord } from "../json-value.ts";
import { memberSchema, type Schema } from "../schema/schema.ts";

/** Separates the elements of a path; never part of one, since elements are JSON text and field names. */
const SEPARATOR = "\u0000";

/** Fields of an object by path (`f:spec`, `k:{"name":"x"}`, `v:"y"` joined), each with its value. */
export type FieldSet = Map<string, unknown>;

/** Metadata that the server writes: nobody owns it. */
const UNOWNED = new Set(["name", "namespace", "uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "managedFields"]);

/** The path element of a list item; undefined for items of atomic lists. */
export function itemElement(item: unknown, schema: Schema): string | undefined {
  if (schema.type !== "list") return undefined;
  if (schema.set === true) return `v:${JSON.stringify(item)}`;
  if (schema.keys === undefined || !isRecord(item)) return undefined;
  const keys: JsonRecord = {};
  for (const key of schema.keys) if (item[key] !== undefined) keys[key] = item[key];
  return `k:${JSON.stringify(keys)}`;
}

function isAtomic(value: unknown, schema: Schema): boolean {
  if (isRecord(value)) return Object.keys(value).length === 0 || ((schema.type === "object" || schema.type === "map") && schema.atomic === true);
  if (Array.isArray(value)) return schema.type !== "list" || (schema.keys === undefined && schema.set !== true) || value.length === 0;
  return true;
}

function collect(value: unknown, schema: Schema, path: string, into: FieldSet): void {
  if (isAtomic(value, schema)) {
    into.set(path, value);
    return;
  }
  const under = (element: string): string => (path === "" ? element : `${path}${SEPARATOR}${element}`);
  if (Array.isArray(value)) {
    for (const item of value) {
      const element = itemElement(item, schema);
      if (element === undefined) continue;
      into.set(under(element), null);
      if (schema.type === "list" && schema.set !== true) collect(item, schema.items, under(element), into);
    }
  } else if (isRecord(value)) {
    if (schema.type === "map") into.set(path, null);
    for (const [key, member] of Object.entries(value)) if (member !== undefined) collect(member, memberSchema(schema, key), under(`f:${key}`), into);
  }
}

/** Every field of an object that someone may own. */
export function fieldSetOf(object: unknown, schema: Schema): FieldSet {
  const into: FieldSet = new Map();
  if (!isRecord(object)) return into;
  const { apiVersion: _1, kind: _2, metadata, ...rest } = object;
  const owned = isRecord(metadata) ? Object.fromEntries(Object.entries(metadata).filter(([key]) => !UNOWNED.has(key))) : {};
  collect(Object.keys(owned).length === 0 ? rest : { ...rest, metadata: owned }, schema, "", into);
  into.delete("");
  return into;
}

/** Paths whose value is new or other in `after`, and paths that are gone. */
export function compareFields(before: FieldSet, after: FieldSet): { changed: string[]; removed: string[] } {
  return {
    changed: [...after].filter(([path, value]) => !before.has(path) || !jsonEqual(before.get(path), value)).map(([path]) => path),
    removed: [...before.keys()].filter((path) => !after.has(path)),
  };
}

/** The FieldsV1 form of paths (structured-merge-diff fieldpath serialisation). */
export function toFieldsV1(paths: Iterable<string>): JsonRecord {
  const root: JsonRecord = {};
  const all = [...paths].toSorted();
  for (const [index, path] of all.entries()) {
    let node = root;
    for (const element of path.split(SEPARATOR)) node = (node[element] ??= {}) as JsonRecord;
    // A field that is owned itself and has owned members says so with a dot; a leaf needs none. Members follow their
    // parent in the sorted list, since the separator sorts before every other character.
    if (all[index + 1]?.startsWith(path + SEPARATOR) === true) node["."] = {};
  }
  return root;
}

/** The paths of a FieldsV1. */
export function fromFieldsV1(fields: unknown, path = ""): Set<string> {
  const paths = new Set<string>();
  const members = Object.entries(isRecord(fields) ? fields : {});
  if (path !== "" && members.length === 0) paths.add(path);
  for (const [element, member] of members) {
    if (element === ".") paths.add(path);
    else for (const inner of fromFieldsV1(member, path === "" ? element : `${path}${SEPARATOR}${element}`)) paths.add(inner);
  }
  return paths;
}

/** A path as people read it: `.spec.containers[name="x"].image`. */
export function pathText(path: string): string {
  return path
    .split(SEPARATOR)
    .map((element) => {
      const text = element.slice(2);
      if (element.startsWith("f:")) return `.${text}`;
      if (element.startsWith("v:")) return `[=${text}]`;
      return `[${Object.entries(JSON.parse(text) as JsonRecord).map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(",")}]`;
    })
    .join("");
}

/** The elements of a path. */
export function pathElements(path: string): string[] {
  return path.split(SEPARATOR);
}

/** Is the path the other one's ancestor? */
export function isAncestor(path: string, other: string): boolean {
  return other.startsWith(path + SEPARATOR);
}

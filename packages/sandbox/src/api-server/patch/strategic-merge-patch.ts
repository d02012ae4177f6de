import { ApiFailure } from "../api-failure.ts";
import { isRecord, jsonEqual, type JsonRecord } from "../json-value.ts";
import { anySchema, memberSchema, type Schema } from "../schema/schema.ts";

const DIRECTIVE = "$patch";
const RETAIN_KEYS = "$retainKeys";
const DELETE_PRIMITIVES = "$deleteFromPrimitiveList/";
const ORDER = "$setElementOrder/";

const isDirectiveKey = (key: string): boolean => key === DIRECTIVE || key === RETAIN_KEYS || key.startsWith(DELETE_PRIMITIVES) || key.startsWith(ORDER);

/** A value of a patch as it goes into an object that has nothing there: without directives and nulls. */
function stripped(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => !(isRecord(item) && item[DIRECTIVE] !== undefined)).map(stripped);
  if (!isRecord(value)) return value;
  const result: JsonRecord = {};
  for (const [key, member] of Object.entries(value)) if (member !== null && !isDirectiveKey(key)) result[key] = stripped(member);
  return result;
}

function mergeKeyOf(schema: Schema): string | undefined {
  return schema.type === "list" ? (schema.patchKey ?? schema.keys?.[0]) : undefined;
}

function reorder(list: unknown[], order: unknown[], key: string | undefined): unknown[] {
  const identity = (item: unknown): unknown => (key !== undefined && isRecord(item) ? item[key] : item);
  const place = new Map(order.map((item, index) => [identity(item), index]));
  // Elements that the order does not name keep their place relative to the element before them.
  let last = -1;
  const ranked = list.map((item, index) => {
    const at = place.get(identity(item));
    if (at !== undefined) last = at;
    return { item, index, rank: at ?? last };
  });
  ranked.sort((a, b) => a.rank - b.rank || a.index - b.index);
  return ranked.map((entry) => entry.item);
}

function mergeKeyedList(original: unknown[], patch: unknown[], items: Schema, key: string): unknown[] {
  const keep = patch.filter((item) => !(isRecord(item) && item[DIRECTIVE] === "replace"));
  if (keep.length !== patch.length) return keep.map(stripped);
  let result = [...original];
  for (const item of patch) {
    if (!isRecord(item)) throw ApiFailure.badRequest(`expected an object in a list that merges by ${key}, got ${JSON.stringify(item)}`);
    const identity = item[key];
    if (identity === undefined) throw ApiFailure.badRequest(`map: ${JSON.stringify(item)} does not contain declared merge key: ${key}`);
    const matches = (other: unknown): boolean => isRecord(other) && jsonEqual(other[key], identity);
    if (item[DIRECTIVE] === "delete") {
      result = result.filter((other) => !matches(other));
      continue;
    }
    const index = result.findIndex(matches);
    if (index < 0) result.push(stripped(item));
    else result[index] = mergeObject(result[index], item, items);
  }
  return result;
}

function mergeList(original: unknown, patch: unknown[], schema: Schema): unknown[] {
  const key = mergeKeyOf(schema);
  const before = Array.isArray(original) ? (original as unknown[]) : [];
  if (key !== undefined && schema.type === "list") return mergeKeyedList(before, patch, schema.items, key);
  if (schema.type === "list" && schema.set === true) return [...before, ...patch.filter((item) => !before.some((other) => jsonEqual(other, item)))];
  return patch.map(stripped);
}

function mergeObject(original: unknown, patch: JsonRecord, schema: Schema): unknown {
  if (patch[DIRECTIVE] === "replace") return stripped(patch);
  if (patch[DIRECTIVE] === "delete") return {};
  if (patch[DIRECTIVE] !== undefined && patch[DIRECTIVE] !== "merge") throw ApiFailure.badRequest(`Unknown patch type found: ${JSON.stringify(patch[DIRECTIVE])}`);
  const merged: JsonRecord = isRecord(original) ? { ...original } : {};
  const retain = patch[RETAIN_KEYS];
  if (Array.isArray(retain)) for (const key of Object.keys(merged)) if (!retain.includes(key)) delete merged[key];
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith(DELETE_PRIMITIVES)) {
      const name = key.slice(DELETE_PRIMITIVES.length);
      const list = merged[name];
      if (Array.isArray(list) && Array.isArray(value)) merged[name] = list.filter((item) => !value.some((other) => jsonEqual(other, item)));
    }
  }
  for (const [key, value] of Object.entries(patch)) {
    if (isDirectiveKey(key)) continue;
    const member = memberSchema(schema, key);
    if (value === null) delete merged[key];
    else if (Array.isArray(value)) merged[key] = mergeList(merged[key], value, member);
    else if (isRecord(value) && isRecord(merged[key])) merged[key] = mergeObject(merged[key], value, member);
    else merged[key] = isRecord(value) ? stripped(value) : value;
  }
  for (const [key, value] of Object.entries(patch)) {
    if (!key.startsWith(ORDER) || !Array.isArray(value)) continue;
    const name = key.slice(ORDER.length);
    const list = merged[name];
    if (Array.isArray(list)) merged[name] = reorder(list, value, mergeKeyOf(memberSchema(schema, name)));
  }
  return merged;
}

/**
 * Applies a strategic merge patch: lists merge by the keys of the schema, and the directives `$patch` (merge, replace,
 * delete), `$retainKeys`, `$deleteFromPrimitiveList` and `$setElementOrder` hold (apimachinery pkg/util/strategicpatch).
 */
export function applyStrategicMergePatch(target: unknown, patch: unknown, schema: Schema = anySchema): unknown {
  if (!isRecord(patch)) throw ApiFailure.badRequest("a strategic merge patch must be an object");
  return structuredClone(mergeObject(target, patch, schema));
}

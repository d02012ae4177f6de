import { isRecord, type JsonRecord } from "../json-value.ts";
import type { Schema } from "./schema.ts";

export interface PrunedValue {
  value: unknown;
  /** Paths of the members that the schema does not know, now removed. */
  unknown: string[];
}

const join = (path: string, key: string): string => (path === "" ? key : `${path}.${key}`);

/**
 * Removes what the schema does not know, and says what that was. `dropNulls`: a null member is as good as absent, as it
 * is when Go decodes a built-in kind. The given value is not changed.
 */
export function pruneFields(value: unknown, schema: Schema, dropNulls: boolean, path = ""): PrunedValue {
  const unknown: string[] = [];
  const visit = (member: unknown, memberOf: Schema, at: string): unknown => {
    const result = pruneFields(member, memberOf, dropNulls, at);
    unknown.push(...result.unknown);
    return result.value;
  };
  if (schema.type === "list" && Array.isArray(value)) return { value: value.map((item, index) => visit(item, schema.items, `${path}[${index}]`)), unknown };
  if (!isRecord(value)) return { value, unknown };
  if (schema.type === "map") {
    const result: JsonRecord = {};
    for (const [key, member] of Object.entries(value)) if (!(dropNulls && member === null)) result[key] = visit(member, schema.values, join(path, key));
    return { value: result, unknown };
  }
  if (schema.type !== "object") return { value, unknown };
  const result: JsonRecord = {};
  for (const [key, member] of Object.entries(value)) {
    const known = schema.fields.get(key);
    if (known === undefined) {
      if (schema.open === true) result[key] = member;
      else unknown.push(join(path, key));
    } else if (!(dropNulls && member === null)) result[key] = visit(member, known, join(path, key));
  }
  return { value: result, unknown };
}

import { isRecord } from "../json-value.ts";
import type { Schema } from "./schema.ts";

const GO_TYPES: Record<string, string> = { string: "string", boolean: "bool", integer: "int32", number: "float64", time: "Time", microtime: "MicroTime" };
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[-+]\d\d:\d\d)$/;
/** RFC 3339 with exactly six digits of a second (apimachinery pkg/apis/meta/v1/micro_time.go). */
const MICRO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(?:Z|[-+]\d\d:\d\d)$/;

function jsonType(value: unknown): string {
  if (Array.isArray(value)) return "array";
  if (typeof value === "boolean") return "bool";
  return typeof value === "number" && !Number.isInteger(value) ? `number ${value}` : typeof value;
}

function fits(value: unknown, schema: Schema): boolean {
  switch (schema.type) {
    case "string":
      return typeof value === "string";
    case "boolean":
      return typeof value === "boolean";
    case "integer":
      return typeof value === "number" && Number.isInteger(value);
    case "number":
      return typeof value === "number";
    case "time":
      return typeof value === "string" && (value === "" || (TIME.test(value) && !Number.isNaN(Date.parse(value))));
    case "microtime":
      return typeof value === "string" && (value === "" || (MICRO_TIME.test(value) && !Number.isNaN(Date.parse(value))));
    case "quantity":
    case "int-or-string":
      return typeof value === "string" || typeof value === "number";
    case "object":
    case "map":
      return isRecord(value);
    case "list":
      return Array.isArray(value);
    case "any":
      return true;
  }
}

/** The first value of a built-in object that Go could not decode, in the words of its decoder; undefined when all fit. */
export function typeFault(value: unknown, schema: Schema, struct = "", path = ""): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (!fits(value, schema)) {
    const goType = schema.type === "object" ? `v1.${schema.name ?? "Object"}` : schema.type === "map" ? "map[string]string" : schema.type === "list" ? "[]" : (GO_TYPES[schema.type] ?? schema.type);
    return `json: cannot unmarshal ${jsonType(value)} into Go struct field ${struct}.${path} of type ${goType}`;
  }
  const inside = (member: unknown, memberOf: Schema, key: string): string | undefined =>
    typeFault(member, memberOf, schema.type === "object" ? (schema.name ?? struct) : struct, path === "" ? key : `${path}.${key}`);
  if (schema.type === "list") {
    for (const item of value as unknown[]) {
      const fault = typeFault(item, schema.items, struct, path);
      if (fault !== undefined) return fault;
    }
  } else if (isRecord(value) && (schema.type === "object" || schema.type === "map")) {
    for (const [key, member] of Object.entries(value)) {
      const memberOf = schema.type === "map" ? schema.values : schema.fields.get(key);
      const fault = memberOf === undefined ? undefined : inside(member, memberOf, key);
      if (fault !== undefined) return fault;
    }
  }
  return undefined;
}

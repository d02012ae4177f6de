import { isRecord, listAt } from "../json-value.ts";

/** Fills the defaults of a structural schema in place; a null that is not nullable and has a default is replaced by it (apiextensions pkg/apiserver/schema/defaulting). */
export function applyDefaults(value: unknown, schema: unknown): void {
  if (!isRecord(schema)) return;
  if (Array.isArray(value)) {
    for (const item of value) applyDefaults(item, schema["items"]);
    return;
  }
  if (!isRecord(value)) return;
  const properties = isRecord(schema["properties"]) ? schema["properties"] : {};
  for (const [name, member] of Object.entries(properties)) {
    if (!isRecord(member)) continue;
    const absent = value[name] === undefined || (value[name] === null && member["nullable"] !== true);
    if (absent && member["default"] !== undefined) value[name] = structuredClone(member["default"]);
    applyDefaults(value[name], member);
  }
  const additional = schema["additionalProperties"];
  if (!isRecord(additional)) return;
  for (const [name, member] of Object.entries(value)) if (properties[name] === undefined) applyDefaults(member, additional);
}

/** The names of the members that a schema requires. */
export function requiredFields(schema: unknown): string[] {
  return listAt(schema, "required").filter((name) => typeof name === "string");
}

import type { ResourceType } from "./resource.ts";

/** Path of a kind's collection, or of one object, in the API; every part is escaped. */
export function resourcePath(type: ResourceType, at: { namespace?: string | undefined; name?: string; subresource?: string | undefined }): string {
  const base = type.group === "" ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
  const parts = [base];
  if (type.namespaced && at.namespace !== undefined) parts.push("namespaces", encodeURIComponent(at.namespace));
  parts.push(type.plural);
  if (at.name !== undefined) parts.push(encodeURIComponent(at.name));
  if (at.subresource !== undefined) parts.push(at.subresource);
  return parts.join("/");
}

/** "?a=b&c=d" of the values that are set; empty without any. */
export function queryString(values: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value !== undefined) query.set(name, String(value));
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}

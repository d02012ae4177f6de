export type JsonRecord = Record<string, unknown>;

/** True for a JSON object (not null, not an array). */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Equality of two JSON values; the order of keys does not count, an undefined member is an absent one. */
export function jsonEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, index) => jsonEqual(item, b[index]));
  if (!isRecord(a) || !isRecord(b)) return false;
  for (const key of Object.keys(a)) if (!jsonEqual(a[key], b[key])) return false;
  for (const key of Object.keys(b)) if (b[key] !== undefined && a[key] === undefined) return false;
  return true;
}

/** The member as a record, or an empty one that is not attached: for reading only. */
export function recordAt(value: unknown, ...path: string[]): JsonRecord {
  let current: unknown = value;
  for (const key of path) current = isRecord(current) ? current[key] : undefined;
  return isRecord(current) ? current : {};
}

/** The member as an array, or an empty one that is not attached: for reading only. */
export function listAt(value: unknown, ...path: string[]): unknown[] {
  const last = path.at(-1);
  const found = last === undefined ? value : recordAt(value, ...path.slice(0, -1))[last];
  return Array.isArray(found) ? (found as unknown[]) : [];
}

/** The member as a string, or "". */
export function textAt(value: unknown, ...path: string[]): string {
  const last = path.at(-1);
  const found = last === undefined ? value : recordAt(value, ...path.slice(0, -1))[last];
  return typeof found === "string" ? found : "";
}

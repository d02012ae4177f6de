import { isRecord, type JsonRecord } from "../json-value.ts";

/** Applies a JSON Merge Patch (RFC 7396): null removes, objects merge, everything else replaces. Nothing given is changed. */
export function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return structuredClone(patch);
  const merged: JsonRecord = isRecord(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = applyMergePatch(merged[key], value);
  }
  return merged;
}

import type { PodTemplate } from "../workload-kinds.ts";

const letters = "bcdfghjklmnpqrstvwxz2456789";

/** The `pod-template-hash` of a template: ten letters, the same for the same content in any order of keys (FNV-1a, 64 bit). */
export function templateHash(template: PodTemplate): string {
  return shortHash(canonical(template), 10);
}

/** A name-safe hash of a text, `length` letters. */
export function shortHash(text: string, length: number): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
  let name = "";
  for (; name.length < length; hash /= BigInt(letters.length)) name += letters[Number(hash % BigInt(letters.length))];
  return name;
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  return `{${entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`).join()}}`;
}

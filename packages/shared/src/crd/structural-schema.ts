import { z } from "zod";

/** A node of a structural schema (apiextensions.k8s.io/v1 JSONSchemaProps), as far as our schemas use it. */
export interface StructuralSchema {
  type?: string;
  description?: string;
  properties?: Record<string, StructuralSchema>;
  items?: StructuralSchema;
  required?: string[];
  [keyword: string]: unknown;
}

/**
 * The structural schema of a zod schema, as users write it (fields with a default are not required). Keywords that a
 * CRD needs and zod has no word for (`x-kubernetes-*`, `format`) come from `.meta()`; rules written as code
 * (`superRefine`) must be repeated there, as CEL or as list-map keys.
 */
export function structuralSchema(schema: z.ZodType): StructuralSchema {
  return cleaned(z.toJSONSchema(schema, { io: "input", target: "openapi-3.0", reused: "inline" }) as StructuralSchema);
}

function cleaned(node: StructuralSchema): StructuralSchema {
  const result: StructuralSchema = {};
  for (const [keyword, value] of Object.entries(node)) {
    if (!kept(keyword, value)) continue;
    if (keyword === "properties") result.properties = mapValues(value as Record<string, StructuralSchema>, cleaned);
    else if (keyword === "items") result.items = cleaned(value as StructuralSchema);
    else result[keyword] = value;
  }
  if (result.type === "integer") result.format ??= "int64";
  return result;
}

/**
 * Structural schemas forbid `additionalProperties: false`, since the API server prunes unknown fields and names them
 * to clients that ask for strict validation. The bounds of safe integers are JavaScript's business, not the API's.
 */
function kept(keyword: string, value: unknown): boolean {
  if (keyword === "$schema") return false;
  if (keyword === "additionalProperties") return value !== false;
  if (keyword === "minimum") return value !== Number.MIN_SAFE_INTEGER;
  if (keyword === "maximum") return value !== Number.MAX_SAFE_INTEGER;
  return true;
}

function mapValues<A, B>(record: Record<string, A>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}

import type { z } from "zod";

/** One fault of what a person wrote. */
export interface FieldError {
  /** Path as Kubernetes writes it: `spec.targets[0].weight`; "" for the whole. */
  readonly field: string;
  /** The same path, by which the value is found. */
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/**
 * The faults that a schema found, one for each field, in the order in which it found them; API and console show the
 * same. An unknown field is named by its own path, not by its parent's.
 */
export function fieldErrors(error: z.ZodError, prefix = ""): FieldError[] {
  return error.issues.flatMap((issue): FieldError[] => {
    const { path } = issue;
    if (issue.code !== "unrecognized_keys") return [{ field: fieldPath([prefix, ...path]), path, message: issue.message }];
    return issue.keys.map((key) => ({ field: fieldPath([prefix, ...path, key]), path: [...path, key], message: "is not a known field; correct its name or remove it" }));
  });
}

function fieldPath(path: readonly PropertyKey[]): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else if (part !== "") text += text === "" ? String(part) : `.${String(part)}`;
  }
  return text;
}

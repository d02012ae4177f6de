import { fieldErrors } from "@sluice/shared/errors/field-errors";
import type { z } from "zod";
import type { SluiceErrorView } from "./sluice-error.ts";

const shownMax = 64;

/** What a call with malformed input is told: every wrong field, by its path, with its value where that is short. */
export function inputRefusal(error: z.ZodError, input: unknown): SluiceErrorView {
  const faults = fieldErrors(error);
  const messages = faults.map(({ field, path, message }) => {
    const value = shown(valueAt(input, path));
    return `${field === "" ? "input" : field}: ${message}${value === "" ? "" : `; it is ${value}`}`;
  });
  const field = faults[0]?.field ?? "";
  return {
    code: "InvalidInput",
    message: messages.join("; "),
    ...(field === "" ? {} : { field }),
    remedy: "correct it and try again; nothing was changed",
  };
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const part of path) value = typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[part] : undefined;
  return value;
}

/** Long values and objects are left out: they say nothing, and some (kubeconfigs) are secret. */
function shown(value: unknown): string {
  if (value === undefined) return "missing";
  const text = typeof value === "object" && value !== null ? "" : JSON.stringify(value);
  return text.length > shownMax ? "" : text;
}

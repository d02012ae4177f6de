import type { StatusCause } from "../api-failure.ts";

const shown = (value: unknown): string => (typeof value === "object" && value !== null ? JSON.stringify(value) : typeof value === "string" ? JSON.stringify(value) : String(value as number));

/** Causes of a 422 in the words of apimachinery's field errors (pkg/util/validation/field). */
export const fieldCause = {
  required: (field: string, detail = ""): StatusCause => ({ reason: "FieldValueRequired", message: detail === "" ? "Required value" : `Required value: ${detail}`, field }),
  invalid: (field: string, value: unknown, detail: string): StatusCause => ({ reason: "FieldValueInvalid", message: `Invalid value: ${shown(value)}: ${detail}`, field }),
  typeInvalid: (field: string, value: unknown, detail: string): StatusCause => ({ reason: "FieldValueTypeInvalid", message: `Invalid value: ${shown(value)}: ${detail}`, field }),
  notSupported: (field: string, value: unknown, supported: readonly unknown[]): StatusCause => ({
    reason: "FieldValueNotSupported",
    message: `Unsupported value: ${shown(value)}: supported values: ${supported.map(shown).join(", ")}`,
    field,
  }),
  duplicate: (field: string, value: unknown): StatusCause => ({ reason: "FieldValueDuplicate", message: `Duplicate value: ${shown(value)}`, field }),
  forbidden: (field: string, detail: string): StatusCause => ({ reason: "FieldValueForbidden", message: `Forbidden: ${detail}`, field }),
  tooLong: (field: string, max: number): StatusCause => ({ reason: "FieldValueTooLong", message: `Too long: may not be more than ${max} bytes`, field }),
  tooMany: (field: string, count: number, max: number): StatusCause => ({ reason: "FieldValueTooMany", message: `Too many: ${count}: must have at most ${max} items`, field }),
};

/** kube-apiserver's words for a field that can't be changed. */
export const IMMUTABLE = "field is immutable";

/** The shape of a value, as much as patching, field validation and field ownership need; from the built-in table or a CRD. */
export type Schema =
  | { readonly type: "any" | "string" | "boolean" | "integer" | "number" | "quantity" | "int-or-string" | "time" | "microtime" }
  | { readonly type: "object"; readonly fields: ReadonlyMap<string, Schema>; /** Unknown fields are kept. */ readonly open?: boolean; readonly atomic?: boolean; readonly name?: string }
  | { readonly type: "map"; readonly values: Schema; readonly atomic?: boolean }
  | {
      readonly type: "list";
      readonly items: Schema;
      /** The list is a map: elements are known by these fields. */
      readonly keys?: readonly string[];
      /** Strategic merge uses only the first key unless this names another. */
      readonly patchKey?: string;
      /** The list is a set of scalars. */
      readonly set?: boolean;
    };

export const anySchema: Schema = { type: "any" };

/** The schema of a member, or `any` where the schema does not say. */
export function memberSchema(schema: Schema, key: string): Schema {
  if (schema.type === "object") return schema.fields.get(key) ?? anySchema;
  if (schema.type === "map") return schema.values;
  return anySchema;
}

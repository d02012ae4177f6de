import { isRecord, listAt, recordAt, textAt } from "../json-value.ts";
import { objectMetaSchema } from "./built-in-schema.ts";
import { anySchema, type Schema } from "./schema.ts";

function toList(schema: unknown): Schema {
  const items = toSchema(recordAt(schema)["items"]);
  const listType = textAt(schema, "x-kubernetes-list-type");
  const keys = listAt(schema, "x-kubernetes-list-map-keys").filter((key) => typeof key === "string");
  if (listType === "map" && keys.length > 0) return { type: "list", items, keys };
  return listType === "set" ? { type: "list", items, set: true } : { type: "list", items };
}

/** The shape of a structural OpenAPI schema (one node of a CRD's `openAPIV3Schema`). */
export function toSchema(schema: unknown): Schema {
  if (!isRecord(schema)) return anySchema;
  if (schema["x-kubernetes-int-or-string"] === true) return { type: "int-or-string" };
  const open = schema["x-kubernetes-preserve-unknown-fields"] === true;
  if (schema["x-kubernetes-embedded-resource"] === true) return anySchema;
  switch (textAt(schema, "type")) {
    case "object": {
      const properties = schema["properties"];
      const atomic = textAt(schema, "x-kubernetes-map-type") === "atomic";
      if (isRecord(schema["additionalProperties"])) return { type: "map", values: toSchema(schema["additionalProperties"]), atomic };
      if (schema["additionalProperties"] === true) return { type: "map", values: anySchema, atomic };
      const fields = new Map(Object.entries(isRecord(properties) ? properties : {}).map(([name, member]) => [name, toSchema(member)]));
      return { type: "object", fields, open, atomic };
    }
    case "array":
      return toList(schema);
    case "string":
      return { type: "string" };
    case "integer":
      return { type: "integer" };
    case "number":
      return { type: "number" };
    case "boolean":
      return { type: "boolean" };
    default:
      return anySchema;
  }
}

/** The shape of a whole custom object: apiVersion, kind and metadata are every object's. */
export function customObjectSchema(openApi: unknown): Schema {
  const schema = toSchema(openApi);
  const fields = new Map<string, Schema>(schema.type === "object" ? schema.fields : []);
  fields.set("apiVersion", { type: "string" });
  fields.set("kind", { type: "string" });
  fields.set("metadata", objectMetaSchema());
  return { type: "object", fields, open: schema.type === "object" && schema.open === true };
}

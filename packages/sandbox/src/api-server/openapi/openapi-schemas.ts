import { apiVersionOf, type ResourceDefinition } from "../registry/resource-definition.ts";
import type { Schema } from "../schema/schema.ts";

/** The name of a kind's schema, in the reverse-domain form that Kubernetes has. */
export function definitionName(apiVersion: string, kind: string): string {
  const slash = apiVersion.indexOf("/");
  const group = slash < 0 ? "core.api.k8s.io" : apiVersion.slice(0, slash);
  return `${group.split(".").reverse().join(".")}.${apiVersion.slice(slash + 1)}.${kind}`;
}

const SIMPLE: Record<string, Record<string, unknown>> = {
  any: { "x-kubernetes-preserve-unknown-fields": true },
  string: { type: "string" },
  boolean: { type: "boolean" },
  integer: { type: "integer", format: "int64" },
  number: { type: "number" },
  quantity: { oneOf: [{ type: "string" }, { type: "number" }] },
  "int-or-string": { "x-kubernetes-int-or-string": true },
  time: { type: "string", format: "date-time" },
};

function convert(schema: Schema, into: Record<string, unknown>): Record<string, unknown> {
  switch (schema.type) {
    case "object": {
      const build = (): Record<string, unknown> => ({
        type: "object",
        ...(schema.fields.size === 0 ? {} : { properties: Object.fromEntries([...schema.fields].map(([name, member]) => [name, convert(member, into)])) }),
        ...(schema.open === true ? { "x-kubernetes-preserve-unknown-fields": true } : {}),
        ...(schema.atomic === true ? { "x-kubernetes-map-type": "atomic" } : {}),
      });
      if (schema.name === undefined) return build();
      const name = `io.k8s.api.${schema.name}`;
      if (into[name] === undefined) {
        into[name] = {};
        into[name] = build();
      }
      return { $ref: `#/components/schemas/${name}` };
    }
    case "map":
      return { type: "object", additionalProperties: convert(schema.values, into) };
    case "list": {
      const items = convert(schema.items, into);
      if (schema.keys !== undefined) {
        const patchKey = schema.patchKey ?? schema.keys[0];
        return { type: "array", items, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": schema.keys, "x-kubernetes-patch-merge-key": patchKey, "x-kubernetes-patch-strategy": "merge" };
      }
      return { type: "array", items, "x-kubernetes-list-type": schema.set === true ? "set" : "atomic", ...(schema.set === true ? { "x-kubernetes-patch-strategy": "merge" } : {}) };
    }
    default:
      return SIMPLE[schema.type] ?? {};
  }
}

/** The schemas of the definitions and of all they refer to. */
export function openApiSchemas(definitions: readonly ResourceDefinition[]): Record<string, unknown> {
  const schemas: Record<string, unknown> = {};
  for (const definition of definitions) {
    const schema = definition.schema;
    const whole = schema.type === "object" ? { ...schema } : schema;
    if (whole.type === "object") delete (whole as { name?: string }).name;
    const body = definition.openApiSchema ?? convert(whole, schemas);
    schemas[definitionName(apiVersionOf(definition), definition.kind)] = {
      ...body,
      ...(definition.description === undefined ? {} : { description: definition.description }),
      "x-kubernetes-group-version-kind": [{ group: definition.group, version: definition.version, kind: definition.kind }],
    };
  }
  return schemas;
}

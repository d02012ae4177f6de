import type { ApiObject } from "../api-object.ts";
import { ApiFailure } from "../api-failure.ts";
import { fieldCause } from "../registry/field-cause.ts";
import type { ResourceDefinition } from "../registry/resource-definition.ts";
import { pruneFields } from "../schema/prune-fields.ts";
import { typeFault } from "../schema/type-fault.ts";
import type { WriteOptions } from "./write-options.ts";

function strictFailure(definition: ResourceDefinition, message: string, options: WriteOptions): ApiFailure {
  if (options.patchText !== undefined) {
    return ApiFailure.invalid({ group: "", plural: "", kind: "" }, "", [fieldCause.invalid("patch", options.patchText, message)]);
  }
  return ApiFailure.badRequest(`${definition.kind} in version "${definition.version}" cannot be handled as a ${definition.kind}: ${message}`);
}

/**
 * What decoding does: members that the kind does not have are removed, refused (fieldValidation=Strict) or warned of;
 * a value of the wrong type in a built-in kind is 400.
 */
export function decodeFields(definition: ResourceDefinition, object: ApiObject, options: WriteOptions): ApiObject {
  const { value, unknown } = pruneFields(object, definition.schema, !definition.custom);
  if (unknown.length > 0 && options.fieldValidation !== "Ignore") {
    const messages = unknown.map((path) => `unknown field ${JSON.stringify(path)}`);
    if (options.fieldValidation === "Strict") throw strictFailure(definition, `strict decoding error: ${messages.join(", ")}`, options);
    options.warnings.push(...messages);
  }
  const fault = definition.custom ? typeFault(object.metadata, metadataOf(definition), definition.kind, "metadata") : typeFault(value, definition.schema, definition.kind);
  if (fault !== undefined) throw strictFailure(definition, fault, options);
  return value as ApiObject;
}

function metadataOf(definition: ResourceDefinition): Parameters<typeof typeFault>[1] {
  return (definition.schema.type === "object" ? definition.schema.fields.get("metadata") : undefined) ?? { type: "any" };
}

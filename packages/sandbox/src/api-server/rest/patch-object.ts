import { parse } from "yaml";
import type { ApiObject } from "../api-object.ts";
import { ApiFailure } from "../api-failure.ts";
import { isRecord } from "../json-value.ts";
import { applyConfiguration, createdByApply, type AppliedWrite } from "../patch/apply-patch.ts";
import { applyJsonPatch } from "../patch/json-patch.ts";
import { applyMergePatch } from "../patch/merge-patch.ts";
import { applyStrategicMergePatch } from "../patch/strategic-merge-patch.ts";
import { metaTime, type ServerContext } from "../server-context.ts";
import { storeKey } from "../store/object-store.ts";
import { bodyAsObject, createObject } from "./create-object.ts";
import { updateObject, type UpdateTarget } from "./update-object.ts";
import type { WriteOptions } from "./write-options.ts";

const JSON_PATCH = "application/json-patch+json";
const MERGE_PATCH = "application/merge-patch+json";
const STRATEGIC_PATCH = "application/strategic-merge-patch+json";
const APPLY_PATCH = "application/apply-patch+yaml";

function parseBody(text: string, yaml: boolean): unknown {
  try {
    return yaml ? (parse(text, { maxAliasCount: 100 }) as unknown) : (JSON.parse(text) as unknown);
  } catch (error) {
    throw ApiFailure.badRequest(`error decoding patch: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function asObject(value: unknown): ApiObject {
  if (!isRecord(value) || !isRecord(value["metadata"])) throw ApiFailure.badRequest("the patched object is not an object with metadata");
  return value as unknown as ApiObject;
}

/** Patches a value that has no schema of its own (a Scale). Throws 400, 415, 422. */
export function patchValue(value: unknown, contentType: string, text: string): unknown {
  const patch = parseBody(text, false);
  if (contentType === JSON_PATCH) return applyJsonPatch(value, patch);
  if (contentType === MERGE_PATCH) return applyMergePatch(value, patch);
  if (contentType === STRATEGIC_PATCH) return applyStrategicMergePatch(value, patch);
  throw ApiFailure.unsupportedMediaType(`the body of the request was in an unknown format - accepted media types include: ${JSON_PATCH}, ${MERGE_PATCH}, ${STRATEGIC_PATCH}`);
}

function applyObject(context: ServerContext, target: UpdateTarget, body: unknown, options: WriteOptions): { object: ApiObject; created: boolean } {
  const { definition, namespace, name } = target;
  if (!options.namedManager) {
    throw ApiFailure.invalid({ group: "meta.k8s.io", plural: "patchoptions", kind: "PatchOptions" }, "", [{ reason: "FieldValueRequired", message: "Required value: is required for apply patch", field: "fieldManager" }]);
  }
  const config = bodyAsObject(definition, body, namespace);
  if (config.metadata.managedFields !== undefined) throw ApiFailure.badRequest("metadata.managedFields must be nil");
  if ((config.metadata.name ?? name) !== name) throw ApiFailure.badRequest(`the name of the object (${config.metadata.name}) does not match the name on the URL (${name})`);
  config.metadata.name = name;
  const write: AppliedWrite = {
    definition,
    config,
    manager: options.fieldManager,
    time: metaTime(context.now()),
    force: options.force,
    ...(target.subresource === undefined ? {} : { subresource: target.subresource }),
  };
  const exists = context.store.get(definition.collection, storeKey(definition.namespaced ? namespace : undefined, name)) !== undefined;
  if (!exists && target.subresource === undefined) return { object: createObject(context, definition, namespace, config, options, () => createdByApply(write)), created: true };
  // Ownership is decided with the merge; nothing is left for the tracking of updates.
  return { object: updateObject(context, target, (current) => applyConfiguration(current, write), options, () => {}), created: false };
}

/** Patches an object; `contentType` without parameters says how. Throws ApiFailure (400, 404, 409, 415, 422). */
export function patchObject(context: ServerContext, target: UpdateTarget, contentType: string, text: string, options: WriteOptions): { object: ApiObject; created: boolean } {
  const { definition } = target;
  const supported = definition.custom ? [JSON_PATCH, MERGE_PATCH, APPLY_PATCH] : [JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH, APPLY_PATCH];
  if (!supported.includes(contentType)) {
    throw ApiFailure.unsupportedMediaType(`the body of the request was in an unknown format - accepted media types include: ${supported.join(", ")}`);
  }
  const patch = parseBody(text, contentType === APPLY_PATCH);
  if (contentType === APPLY_PATCH) return applyObject(context, target, patch, options);
  const transform = (current: ApiObject): ApiObject => {
    if (contentType === JSON_PATCH) return asObject(applyJsonPatch(current, patch));
    if (contentType === MERGE_PATCH) return asObject(applyMergePatch(current, patch));
    return asObject(applyStrategicMergePatch(current, patch, definition.schema));
  };
  return { object: updateObject(context, target, transform, { ...options, patchText: text }), created: false };
}

import type { ApiObject, ManagedFieldsEntry } from "../api-object.ts";
import { ApiFailure } from "../api-failure.ts";
import { isRecord, recordAt, textAt, type JsonRecord } from "../json-value.ts";
import { apiVersionOf, type ResourceDefinition } from "../registry/resource-definition.ts";
import { metaTime, type ServerContext } from "../server-context.ts";
import { storeKey } from "../store/object-store.ts";
import { trackUpdate } from "../patch/managed-fields.ts";
import { admit, validateMetadata } from "./admission.ts";
import type { WriteOptions } from "./write-options.ts";

const GENERATE_NAME_TRIES = 8;
const NAMESPACES = { group: "", plural: "namespaces", kind: "Namespace" };

/** Checks kind, version and namespace of a body against the request (apiserver handlers/create.go). Returns a private copy. */
export function bodyAsObject(definition: ResourceDefinition, body: unknown, namespace: string | undefined): ApiObject {
  if (!isRecord(body)) throw ApiFailure.badRequest("the object provided is unrecognized (must be of type Object)");
  const expected = apiVersionOf(definition);
  const apiVersion = textAt(body, "apiVersion") || expected;
  const kind = textAt(body, "kind") || definition.kind;
  if (kind !== definition.kind) {
    throw ApiFailure.badRequest(`${kind} in version "${apiVersion}" cannot be handled as a ${definition.kind}: no kind "${kind}" is registered for the path of ${definition.plural}`);
  }
  if (apiVersion !== expected) throw ApiFailure.badRequest(`the API version in the data (${apiVersion}) does not match the expected API version (${expected})`);
  const metadata = structuredClone(recordAt(body, "metadata"));
  if (definition.namespaced) {
    const given = textAt(metadata, "namespace");
    if (given !== "" && given !== namespace) throw ApiFailure.badRequest(`the namespace of the provided object does not match the namespace sent on the request`);
    metadata["namespace"] = namespace;
  } else delete metadata["namespace"];
  return { ...(structuredClone(body) as JsonRecord), apiVersion: expected, kind: definition.kind, metadata } as unknown as ApiObject;
}

/** NamespaceLifecycle: nothing is created in a namespace that is absent (404) or going (403). */
function requireLiveNamespace(context: ServerContext, definition: ResourceDefinition, object: ApiObject): void {
  const namespace = object.metadata.namespace;
  if (namespace === undefined) return;
  const found = context.store.get("namespaces", namespace);
  if (found === undefined) throw ApiFailure.notFound(NAMESPACES, namespace);
  if (found.metadata.deletionTimestamp !== undefined || textAt(found, "status", "phase") === "Terminating") {
    const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
    throw ApiFailure.forbidden(definition, object.metadata.name, why, [{ reason: "NamespaceTerminating", message: `namespace ${namespace} is being terminated`, field: "metadata.namespace" }]);
  }
}

function nameFor(context: ServerContext, definition: ResourceDefinition, object: ApiObject): string {
  const base = object.metadata.generateName;
  if (object.metadata.name !== undefined && object.metadata.name !== "") return object.metadata.name;
  if (base === undefined || base === "") {
    throw ApiFailure.invalid(definition, "", [{ reason: "FieldValueRequired", message: "Required value: name or generateName is required", field: "metadata.name" }]);
  }
  for (let tries = 0; tries < GENERATE_NAME_TRIES; tries++) {
    const name = `${base.slice(0, 58)}${context.newSuffix()}`;
    if (context.store.get(definition.collection, storeKey(object.metadata.namespace, name)) === undefined) return name;
  }
  throw ApiFailure.alreadyExists(definition, base);
}

/** Creates an object, owned by `ownership` (server-side apply) or by who creates it; throws ApiFailure (400, 403, 404, 409, 422). */
export function createObject(context: ServerContext, definition: ResourceDefinition, namespace: string | undefined, body: unknown, options: WriteOptions, ownership?: () => ManagedFieldsEntry[]): ApiObject {
  const object = bodyAsObject(definition, body, namespace);
  if (object.metadata.resourceVersion !== undefined && object.metadata.resourceVersion !== "") {
    throw new ApiFailure(500, "InternalError", "resourceVersion should not be set on objects to be created");
  }
  object.metadata.name = nameFor(context, definition, object);
  requireLiveNamespace(context, definition, object);
  const now = context.now();
  for (const field of ["deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "managedFields"]) delete object.metadata[field];
  object.metadata.uid = context.newUid();
  object.metadata.creationTimestamp = metaTime(now);
  if (definition.hasGeneration || definition.custom) object.metadata.generation = 1;
  else delete object.metadata.generation;
  if (definition.hasStatus) delete object["status"];
  const admitted = admit(context, definition, object, undefined, options);
  validateMetadata(definition, admitted, undefined);
  if (context.store.get(definition.collection, storeKey(admitted.metadata.namespace, admitted.metadata.name)) !== undefined) {
    throw ApiFailure.alreadyExists(definition, admitted.metadata.name);
  }
  if (ownership !== undefined) admitted.metadata.managedFields = ownership();
  else trackUpdate({ definition, before: undefined, after: admitted, manager: options.fieldManager, time: metaTime(now) });
  if (options.dryRun) return admitted;
  return context.store.put(definition.collection, definition.toStored?.(admitted) ?? admitted);
}

import type { ApiObject } from "../api-object.ts";
import { ApiFailure } from "../api-failure.ts";
import { jsonEqual } from "../json-value.ts";
import type { ResourceDefinition } from "../registry/resource-definition.ts";
import { metaTime, type ServerContext } from "../server-context.ts";
import { storeKey } from "../store/object-store.ts";
import { trackUpdate } from "../patch/managed-fields.ts";
import { admit, validateMetadata } from "./admission.ts";
import type { WriteOptions } from "./write-options.ts";

const MODIFIED = "the object has been modified; please apply your changes to the latest version and try again";
const SYSTEM_FIELDS = ["uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "selfLink", "generateName"];

export interface UpdateTarget {
  definition: ResourceDefinition;
  namespace?: string | undefined;
  name: string;
  /** "status" writes only status; "finalize" only a namespace's spec.finalizers; absent: everything else. */
  subresource?: "status" | "finalize";
  /** Subresource named in managedFields when the write as such is one of the whole object. */
  managedAs?: string;
}

/** The stored object at the version of the definition. Throws 404. */
export function requireObject(context: ServerContext, definition: ResourceDefinition, namespace: string | undefined, name: string): ApiObject {
  const stored = context.store.get(definition.collection, storeKey(definition.namespaced ? namespace : undefined, name));
  if (stored === undefined) throw ApiFailure.notFound(definition, name);
  return definition.fromStored?.(stored) ?? stored;
}

function checkPreconditions(definition: ResourceDefinition, current: ApiObject, next: ApiObject): void {
  const name = current.metadata.name;
  const version = next.metadata.resourceVersion;
  if (version !== undefined && version !== "" && version !== current.metadata.resourceVersion) throw ApiFailure.conflict(definition, name, MODIFIED);
  if (next.metadata.uid !== undefined && next.metadata.uid !== "" && next.metadata.uid !== current.metadata.uid) {
    throw ApiFailure.conflict(definition, name, `Precondition failed: UID in precondition: ${next.metadata.uid}, UID in object meta: ${current.metadata.uid}`);
  }
  if (next.metadata.name !== name) throw ApiFailure.badRequest(`the name of the object (${next.metadata.name}) does not match the name on the URL (${name})`);
}

/** Splits main and subresource: what the request may not write comes from the current object. */
function isolate(target: UpdateTarget, current: ApiObject, next: ApiObject): ApiObject {
  if (target.subresource === "status") return { ...current, metadata: { ...current.metadata }, status: next["status"] };
  if (target.subresource === "finalize") return { ...current, metadata: { ...current.metadata }, spec: next["spec"] };
  const merged: ApiObject = { ...next, metadata: { ...next.metadata } };
  for (const field of SYSTEM_FIELDS) {
    if (current.metadata[field] === undefined) delete merged.metadata[field];
    else merged.metadata[field] = current.metadata[field];
  }
  if (target.definition.hasStatus) {
    if (current["status"] === undefined) delete merged["status"];
    else merged["status"] = current["status"];
  }
  return merged;
}

function specChanged(definition: ResourceDefinition, current: ApiObject, next: ApiObject): boolean {
  const keys = new Set([...Object.keys(current), ...Object.keys(next)]);
  for (const key of ["apiVersion", "kind", "metadata"]) keys.delete(key);
  if (definition.hasStatus) keys.delete("status");
  return [...keys].some((key) => !jsonEqual(current[key], next[key]));
}

const withoutBookkeeping = (object: ApiObject): ApiObject => ({ ...object, metadata: { ...object.metadata, managedFields: [], resourceVersion: "" } });

function checkFinalizers(definition: ResourceDefinition, current: ApiObject, next: ApiObject): void {
  if (current.metadata.deletionTimestamp === undefined) return;
  const added = (next.metadata.finalizers ?? []).filter((each) => !(current.metadata.finalizers ?? []).includes(each));
  if (added.length === 0) return;
  throw ApiFailure.invalid(definition, next.metadata.name, [
    { reason: "FieldValueForbidden", message: `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers ${JSON.stringify(added)}`, field: "metadata.finalizers" },
  ]);
}

/** True when nothing holds a deleted object any more. */
function mayGo(definition: ResourceDefinition, object: ApiObject): boolean {
  if (object.metadata.deletionTimestamp === undefined || (object.metadata.finalizers ?? []).length > 0) return false;
  if (definition.kind === "Namespace" && !definition.custom) return ((object["spec"] as { finalizers?: string[] } | undefined)?.finalizers ?? []).length === 0;
  return (object.metadata.deletionGracePeriodSeconds ?? 0) === 0;
}

/** Replaces the object by what `transform` makes of a private copy of it. Throws ApiFailure (400, 404, 409, 422). */
export function updateObject(
  context: ServerContext,
  target: UpdateTarget,
  transform: (current: ApiObject) => ApiObject,
  options: WriteOptions,
  track: (before: ApiObject, after: ApiObject) => void = (before, after) =>
    trackUpdate({
      definition: target.definition,
      before,
      after,
      manager: options.fieldManager,
      time: metaTime(context.now()),
      ...((target.managedAs ?? target.subresource) === undefined ? {} : { subresource: target.managedAs ?? target.subresource ?? "" }),
    }),
): ApiObject {
  const { definition } = target;
  const current = requireObject(context, definition, target.namespace, target.name);
  const wanted = transform(structuredClone(current));
  checkPreconditions(definition, current, wanted);
  const managedFields = wanted.metadata.managedFields;
  const isolated = isolate(target, current, wanted);
  const next = admit(context, definition, isolated, current, options);
  validateMetadata(definition, next, current);
  checkFinalizers(definition, current, next);
  if (managedFields !== undefined) next.metadata.managedFields = managedFields;
  else if (current.metadata.managedFields !== undefined) next.metadata.managedFields = current.metadata.managedFields;
  next.metadata.resourceVersion = current.metadata.resourceVersion ?? "";
  if (next.metadata.generation !== undefined && target.subresource === undefined && specChanged(definition, current, next)) next.metadata.generation += 1;
  track(current, next);
  if (mayGo(definition, next)) {
    if (!options.dryRun) context.store.delete(definition.collection, storeKey(next.metadata.namespace, next.metadata.name));
    return next;
  }
  if (jsonEqual(withoutBookkeeping(current), withoutBookkeeping(next)) && sameOwnership(current, next)) return current;
  if (options.dryRun) return next;
  const stored = context.store.put(definition.collection, definition.toStored?.(next) ?? next);
  return definition.fromStored?.(stored) ?? stored;
}

/** managedFields without their times: a write that changes nothing must not make a new version. */
function sameOwnership(current: ApiObject, next: ApiObject): boolean {
  const timeless = (object: ApiObject): unknown => (object.metadata.managedFields ?? []).map((entry) => ({ ...entry, time: "" }));
  return jsonEqual(timeless(current), timeless(next));
}

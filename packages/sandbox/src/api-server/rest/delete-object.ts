import type { ApiObject } from "../api-object.ts";
import { ApiFailure } from "../api-failure.ts";
import { isRecord, recordAt, textAt } from "../json-value.ts";
import type { ResourceDefinition } from "../registry/resource-definition.ts";
import { metaTime, type ServerContext } from "../server-context.ts";
import { storeKey } from "../store/object-store.ts";
import { requireObject } from "./update-object.ts";

/** metav1.DeleteOptions, from the body or the query. */
export interface DeleteOptions {
  gracePeriodSeconds?: number;
  propagationPolicy?: "Foreground" | "Background" | "Orphan";
  preconditions: { uid?: string; resourceVersion?: string };
  dryRun: boolean;
}

const POD_GRACE_SECONDS = 30;

/** Reads DeleteOptions; throws 400 for values that are not known. */
export function parseDeleteOptions(body: unknown, query: URLSearchParams): DeleteOptions {
  const record = isRecord(body) ? body : {};
  const policy = textAt(record, "propagationPolicy") || query.get("propagationPolicy") || (record["orphanDependents"] === true ? "Orphan" : "");
  if (!["", "Foreground", "Background", "Orphan"].includes(policy)) {
    throw ApiFailure.badRequest(`invalid propagationPolicy ${JSON.stringify(policy)}: supported values: "Foreground", "Background", "Orphan"`);
  }
  const graceText = query.get("gracePeriodSeconds");
  const grace = typeof record["gracePeriodSeconds"] === "number" ? record["gracePeriodSeconds"] : graceText === null ? undefined : Number(graceText);
  if (grace !== undefined && (!Number.isInteger(grace) || grace < 0)) throw ApiFailure.badRequest(`invalid gracePeriodSeconds ${String(grace)}: must be a whole number, 0 or more`);
  const preconditions = recordAt(record, "preconditions");
  const uid = textAt(preconditions, "uid");
  const resourceVersion = textAt(preconditions, "resourceVersion");
  return {
    ...(grace === undefined ? {} : { gracePeriodSeconds: grace }),
    ...(policy === "" ? {} : { propagationPolicy: policy as "Foreground" | "Background" | "Orphan" }),
    preconditions: { ...(uid === "" ? {} : { uid }), ...(resourceVersion === "" ? {} : { resourceVersion }) },
    dryRun: query.getAll("dryRun").length > 0 || (Array.isArray(record["dryRun"]) && record["dryRun"].length > 0),
  };
}

/** In the words of apiserver's registry store, which names the kind here and not the resource. */
function stale(definition: ResourceDefinition, object: ApiObject, why: string): ApiFailure {
  const { name } = object.metadata;
  return new ApiFailure(409, "Conflict", `Operation cannot be fulfilled on ${definition.kind} ${JSON.stringify(name)}: ${why}`, { name, kind: definition.kind });
}

function checkPreconditions(definition: ResourceDefinition, object: ApiObject, wanted: DeleteOptions["preconditions"]): void {
  const { uid, resourceVersion } = object.metadata;
  if (wanted.uid !== undefined && wanted.uid !== uid) {
    throw stale(definition, object, `the UID in the precondition (${wanted.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`);
  }
  if (wanted.resourceVersion !== undefined && wanted.resourceVersion !== resourceVersion) {
    throw stale(definition, object, `the ResourceVersion in the precondition (${wanted.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`);
  }
}

/** Seconds that the object may still live: only pods that run on a node have any (kubernetes pkg/registry/core/pod CheckGracefulDelete). */
function graceOf(definition: ResourceDefinition, object: ApiObject, options: DeleteOptions): number {
  if (definition.kind !== "Pod" || definition.custom) return 0;
  const phase = textAt(object, "status", "phase");
  if (textAt(object, "spec", "nodeName") === "" || phase === "Succeeded" || phase === "Failed") return 0;
  const own = recordAt(object, "spec")["terminationGracePeriodSeconds"];
  return options.gracePeriodSeconds ?? (typeof own === "number" ? own : POD_GRACE_SECONDS);
}

function finalizersFor(object: ApiObject, policy: DeleteOptions["propagationPolicy"]): string[] {
  const others = (object.metadata.finalizers ?? []).filter((each) => policy === undefined || (each !== "foregroundDeletion" && each !== "orphan"));
  if (policy === "Foreground") return [...others, "foregroundDeletion"];
  return policy === "Orphan" ? [...others, "orphan"] : others;
}

/**
 * Deletes an object, or marks it as being deleted when finalizers or a grace period hold it. `gone` says which.
 * Throws ApiFailure (404, 409).
 */
export function deleteObject(context: ServerContext, definition: ResourceDefinition, namespace: string | undefined, name: string, options: DeleteOptions): { object: ApiObject; gone: boolean } {
  const current = requireObject(context, definition, namespace, name);
  checkPreconditions(definition, current, options.preconditions);
  const key = storeKey(current.metadata.namespace, name);
  const isNamespace = definition.kind === "Namespace" && !definition.custom;
  const finalizers = finalizersFor(current, options.propagationPolicy);
  const grace = graceOf(definition, current, options);
  const held = finalizers.length > 0 || grace > 0 || (isNamespace && (recordAt(current, "spec")["finalizers"] as string[] | undefined ?? []).length > 0);
  if (!held) {
    if (!options.dryRun) context.store.delete(definition.collection, key);
    return { object: current, gone: true };
  }
  const alreadyGoing = current.metadata.deletionTimestamp !== undefined;
  const shorter = alreadyGoing && grace < (current.metadata.deletionGracePeriodSeconds ?? 0);
  const unchangedFinalizers = finalizers.join() === (current.metadata.finalizers ?? []).join();
  if (alreadyGoing && !shorter && unchangedFinalizers) return { object: current, gone: false };
  const next: ApiObject = { ...current, metadata: { ...current.metadata } };
  if (!alreadyGoing || shorter) {
    next.metadata.deletionTimestamp = metaTime(context.now() + grace * 1000);
    next.metadata.deletionGracePeriodSeconds = grace;
    if (!alreadyGoing && next.metadata.generation !== undefined) next.metadata.generation += 1;
  }
  if (finalizers.length > 0) next.metadata.finalizers = finalizers;
  else delete next.metadata.finalizers;
  if (isNamespace) next["status"] = { ...recordAt(current, "status"), phase: "Terminating" };
  if (options.dryRun) return { object: next, gone: false };
  return { object: context.store.put(definition.collection, definition.toStored?.(next) ?? next), gone: false };
}

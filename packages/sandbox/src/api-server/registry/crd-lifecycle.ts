import type { ApiObject } from "../api-object.ts";
import { listAt, recordAt, textAt } from "../json-value.ts";
import { metaTime, type ServerContext } from "../server-context.ts";
import { storeKey } from "../store/object-store.ts";
import { registerCustomResource, unregisterCustomResource } from "./custom-resources.ts";

const COLLECTION = "apiextensions.k8s.io/customresourcedefinitions";
const CLEANUP = "customresourcecleanup.apiextensions.k8s.io";

const condition = (type: string, reason: string, message: string, now: string): unknown => ({ type, status: "True", lastTransitionTime: now, reason, message });

function establish(context: ServerContext, crd: ApiObject): void {
  const now = metaTime(context.now());
  const old = listAt(crd, "status", "conditions");
  const established = old.some((each) => textAt(each, "type") === "Established");
  const names = recordAt(crd, "spec", "names");
  const status = {
    conditions: established
      ? old
      : [condition("NamesAccepted", "NoConflicts", "no conflicts found", now), condition("Established", "InitialNamesAccepted", "the initial names have been accepted", now)],
    acceptedNames: names,
    storedVersions: listAt(crd, "spec", "versions").filter((each) => recordAt(each)["storage"] === true).map((each) => textAt(each, "name")),
  };
  if (JSON.stringify(status) !== JSON.stringify(recordAt(crd, "status"))) context.store.put(COLLECTION, { ...crd, status });
}

/** Deletes what a going CRD still has; the CRD goes when nothing is left. */
function cleanUp(context: ServerContext, crd: ApiObject): void {
  const collection = `${textAt(crd, "spec", "group")}/${textAt(crd, "spec", "names", "plural")}`;
  for (const object of context.store.list(collection)) {
    if ((object.metadata.finalizers ?? []).length === 0) context.store.delete(collection, storeKey(object.metadata.namespace, object.metadata.name));
    else if (object.metadata.deletionTimestamp === undefined) context.store.put(collection, { ...object, metadata: { ...object.metadata, deletionTimestamp: metaTime(context.now()), deletionGracePeriodSeconds: 0 } });
  }
  if (context.store.list(collection).length > 0) return;
  const finalizers = (crd.metadata.finalizers ?? []).filter((each) => each !== CLEANUP);
  if (finalizers.length > 0) return;
  unregisterCustomResource(context.registry, crd);
  context.store.delete(COLLECTION, crd.metadata.name);
}

/** After a custom object went: CRDs that only waited for that go too. */
export function finishCustomResources(context: ServerContext): void {
  for (const crd of context.store.list(COLLECTION)) if (crd.metadata.deletionTimestamp !== undefined) cleanUp(context, crd);
}

/**
 * What the apiextensions controllers do, done at once after each write: serve the versions, accept the names, and
 * empty a CRD that is deleted before it goes.
 */
export function settleCustomResources(context: ServerContext): void {
  for (const crd of context.store.list(COLLECTION)) {
    if (crd.metadata.deletionTimestamp !== undefined) cleanUp(context, crd);
    else {
      registerCustomResource(context.registry, crd);
      establish(context, crd);
    }
  }
}

import type { ApiObject } from "./api-object.ts";
import { bootstrapRoles } from "./rbac/bootstrap-roles.ts";
import { metaTime, type ServerContext } from "./server-context.ts";
import { storeKey } from "./store/object-store.ts";

const NAMESPACES = ["default", "kube-system", "kube-public", "kube-node-lease"];

function namespace(name: string): ApiObject {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels: { "kubernetes.io/metadata.name": name } }, spec: { finalizers: ["kubernetes"] }, status: { phase: "Active" } };
}

/** Puts what every cluster has (namespaces, roles) into the store where it is not there yet. */
export function seedCluster(context: ServerContext): void {
  const put = (collection: string, object: ApiObject): void => {
    if (context.store.get(collection, storeKey(object.metadata.namespace, object.metadata.name)) !== undefined) return;
    context.store.put(collection, { ...object, metadata: { ...object.metadata, uid: context.newUid(), creationTimestamp: metaTime(context.now()) } });
  };
  for (const name of NAMESPACES) put("namespaces", namespace(name));
  for (const { collection, object } of bootstrapRoles()) put(collection, object);
}

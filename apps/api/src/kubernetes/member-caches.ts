import type { KubernetesClient } from "@sluice/kubernetes/client";
import type { Informer, InformerOptions } from "@sluice/kubernetes/informer";
import { kinds, type Pod } from "@sluice/kubernetes/kinds";
import type { KubernetesObject, ResourceType } from "@sluice/kubernetes/resource";
import { startInformer } from "@sluice/kubernetes/start-informer";
import { managedByLabel, managedBySluice, systemNamespace } from "@sluice/shared/attachment/attachment-names";
import { internImport } from "@sluice/shared/import/intern-import";
import type { ServiceImport } from "@sluice/shared/import/service-import-schema";
import { policyLabel } from "../world/labels.ts";

/**
 * Who wrote which field takes as much room as the object itself, and only of policies is it asked. What is replaced without
 * it keeps it (Kubernetes: Server-Side Apply; only an empty list would clear it).
 */
export function withoutManagers(object: KubernetesObject): KubernetesObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

/** Of whole clusters there are many, and only which they are and whether they are ready is asked. */
function podState(object: KubernetesObject): KubernetesObject {
  const { apiVersion, kind, metadata, status } = withoutManagers(object) as Pod;
  const { phase, conditions } = status ?? {};
  const kept: Pod = { apiVersion, kind, metadata, spec: { containers: [] }, status: { ...(phase === undefined ? {} : { phase }), ...(conditions === undefined ? {} : { conditions }) } };
  return kept;
}

/** Those of all members say much the same. */
function sharedImport(object: KubernetesObject): KubernetesObject {
  return internImport(withoutManagers(object) as ServiceImport);
}

/**
 * Starts a cache of every kind that views, guards and controllers read: `configMaps` of our namespace only, `revisions`
 * ours only. `onChange` gets the cache and the object's key.
 */
export function startCaches(client: KubernetesClient, onChange: (cache: string, key: string) => void, onState: () => void) {
  const start = <T extends KubernetesObject>(cache: string, type: ResourceType<T>, options: InformerOptions = {}): Informer<T> =>
    startInformer(client, type, { ...options, onChange: (key) => onChange(cache, key), onState });
  const keep = withoutManagers;
  return {
    serviceExports: start("serviceExports", kinds.serviceExports, { keep }),
    serviceImports: start("serviceImports", kinds.serviceImports, { keep: sharedImport }),
    policies: start("policies", kinds.globalTrafficPolicies),
    namespaces: start("namespaces", kinds.namespaces, { keep }),
    services: start("services", kinds.services, { keep }),
    endpointSlices: start("endpointSlices", kinds.endpointSlices, { keep }),
    pods: start("pods", kinds.pods, { keep: podState }),
    configMaps: start("configMaps", kinds.configMaps, { namespace: systemNamespace }),
    revisions: start("revisions", kinds.controllerRevisions, { labelSelector: `${policyLabel},${managedByLabel}=${managedBySluice}` }),
  };
}

export type MemberCaches = ReturnType<typeof startCaches>;

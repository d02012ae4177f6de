import type { KubernetesClient } from "@sluice/kubernetes/client";
import type { Informer, InformerOptions } from "@sluice/kubernetes/informer";
import { kinds } from "@sluice/kubernetes/kinds";
import type { KubernetesObject, ResourceType } from "@sluice/kubernetes/resource";
import { startInformer } from "@sluice/kubernetes/start-informer";
import { managedByLabel, managedBySluice, systemNamespace } from "@sluice/shared/attachment/attachment-names";
import { policyLabel } from "../world/labels.ts";

/**
 * Who wrote which field takes as much room as the object itself, and only of policies is it asked. What is replaced without
 * it keeps it (Kubernetes: Server-Side Apply; only an empty list would clear it).
 */
function withoutManagers(object: KubernetesObject): KubernetesObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
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
    serviceImports: start("serviceImports", kinds.serviceImports, { keep }),
    policies: start("policies", kinds.globalTrafficPolicies),
    namespaces: start("namespaces", kinds.namespaces, { keep }),
    services: start("services", kinds.services, { keep }),
    endpointSlices: start("endpointSlices", kinds.endpointSlices, { keep }),
    pods: start("pods", kinds.pods, { keep }),
    configMaps: start("configMaps", kinds.configMaps, { namespace: systemNamespace }),
    revisions: start("revisions", kinds.controllerRevisions, { labelSelector: `${policyLabel},${managedByLabel}=${managedBySluice}` }),
  };
}

export type MemberCaches = ReturnType<typeof startCaches>;

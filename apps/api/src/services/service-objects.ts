import type { KubernetesObject } from "@sluice/kubernetes/resource";
import { stringify } from "yaml";
import type { Look } from "../views/look.ts";
import type { ServiceObjectView } from "../views/service-object-view.ts";

/** The objects that make a service what it is, in every member, as YAML without managed fields. */
export function serviceObjects(look: Look, service: string): ServiceObjectView[] {
  return look.index.members.flatMap(({ member }) => {
    const objects: (KubernetesObject | undefined)[] = [
      member.services.get(service),
      member.serviceExports.get(service),
      member.serviceImports.get(service),
      member.policies.get(service),
    ];
    return objects.flatMap((object) => (object === undefined ? [] : [{ clusterKey: member.key, kind: object.kind, yaml: stringify(withoutNoise(object)) }]));
  });
}

function withoutNoise(object: KubernetesObject): KubernetesObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

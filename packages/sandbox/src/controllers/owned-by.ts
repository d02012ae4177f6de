import type { KubernetesObject } from "@sluice/kubernetes/resource";
import type { LabelSelector } from "../workload-kinds.ts";

/** Those of the objects whose controller is the owner. */
export function ownedBy<T extends KubernetesObject>(owner: KubernetesObject, objects: readonly T[]): T[] {
  return objects.filter((object) => object.metadata.ownerReferences?.some((reference) => reference.controller === true && reference.uid === owner.metadata.uid));
}

/** The selector as the text of a `labelSelector` parameter. */
export function selectorText(selector: LabelSelector): string {
  const equal = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const more = (selector.matchExpressions ?? []).map(({ key, operator, values = [] }) => {
    if (operator === "In") return `${key} in (${values.join()})`;
    if (operator === "NotIn") return `${key} notin (${values.join()})`;
    return operator === "Exists" ? key : `!${key}`;
  });
  return [...equal, ...more].join();
}

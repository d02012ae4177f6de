import type { ServiceObjectView } from "@sluice/api/views/service-object-view";

export interface ObjectGroup {
  clusterKey: string;
  objects: (ServiceObjectView & { id: string })[];
}

/** Objects grouped by cluster, in the order in which they came; each with an id that survives a refresh. */
export function objectsByCluster(objects: readonly ServiceObjectView[]): ObjectGroup[] {
  const groups = Map.groupBy(objects, (object) => object.clusterKey);
  return [...groups].map(([clusterKey, own]) => ({
    clusterKey,
    objects: own.map((object, index) => {
      const twin = own.slice(0, index).filter((other) => other.kind === object.kind).length;
      return { ...object, id: `${clusterKey} ${object.kind} ${twin}` };
    }),
  }));
}

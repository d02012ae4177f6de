import { expect, it } from "vitest";
import { objectsByCluster } from "./objects-by-cluster.ts";

it("groups by cluster and tells twins apart", () => {
  const groups = objectsByCluster([
    { clusterKey: "a", kind: "EndpointSlice", yaml: "1" },
    { clusterKey: "b", kind: "Service", yaml: "2" },
    { clusterKey: "a", kind: "EndpointSlice", yaml: "3" },
  ]);
  expect(groups.map((group) => [group.clusterKey, group.objects.map((object) => object.id)])).toEqual([
    ["a", ["a EndpointSlice 0", "a EndpointSlice 1"]],
    ["b", ["b Service 0"]],
  ]);
});

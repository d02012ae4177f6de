import { describe, expect, test } from "vitest";
import { clusterSet, placesOf, wishes } from "./cluster-set.ts";

describe("wishes", () => {
  test("the old cluster of the story gets the older minor and the other mode of kube-proxy", () => {
    expect(wishes("control-plane,1-23,1-25", "1-23=2", true)).toEqual([
      { name: "control-plane", minor: "1.36", proxyMode: "nftables", nodeCount: 1, dualStack: true },
      { name: "1-23", minor: "1.35", proxyMode: "iptables", nodeCount: 2, dualStack: true },
      { name: "1-25", minor: "1.36", proxyMode: "nftables", nodeCount: 1, dualStack: true },
    ]);
  });

  test.each([
    ["a,A", "", /"A" is not a name/],
    ["a,,b", "", /"" is not a name/],
    ["a,b,a", "", /"a" twice/],
    ["a", "b=1", /names "b", which is not in --names a/],
    ["a", "a", /"a" is not like 1-23=2/],
    ["a", "a=99", /at most 5 nodes/],
    [Array.from({ length: 21 }, (_, index) => `c${index}`).join(","), "", /has 21 names; at most 20/],
  ])("refuses --names %s --nodes %s", (names, nodes, message) => expect(() => wishes(names, nodes, false)).toThrow(message));
});

describe("clusterSet", () => {
  const names = Array.from({ length: 20 }, (_, index) => `cluster-with-name-${index}`).join(",");
  const all = wishes(names, names.split(",").map((name) => `${name}=5`).join(","), true);

  test("gives everything a name and an address of its own, however many there are", () => {
    const nodes = clusterSet("/tmp/one", 511, all).clusters.flatMap(placesOf);
    for (const field of ["name", "address", "address6", "namespace", "link", "folder"] as const) expect(new Set(nodes.map((node) => node[field])).size).toBe(100);
    // The kernel takes 15 characters at most, and a network of 256 addresses is all that there is.
    expect(nodes.filter(({ link }) => link.length > 15)).toEqual([]);
    expect(nodes.filter(({ address }) => Number(address.split(".")[3]) > 254)).toEqual([]);
  });

  test("has nothing in common with that of another folder", () => {
    const [one, two] = ["/tmp/one", "/tmp/two"].map((folder) => clusterSet(folder, 7, all));
    expect(one?.bridge).not.toBe(two?.bridge);
    const namespaces = new Set(one?.clusters.flatMap(placesOf).map(({ namespace }) => namespace));
    expect(two?.clusters.flatMap(placesOf).filter(({ namespace }) => namespaces.has(namespace))).toEqual([]);
  });

  test("a cluster without nodes still has a place for its control plane", () => {
    const [cluster] = clusterSet("/tmp/one", 0, wishes("a", "a=0", false)).clusters;
    expect(cluster?.nodes).toEqual([]);
    expect(cluster === undefined ? [] : placesOf(cluster).map(({ name }) => name)).toEqual(["a-1"]);
  });
});

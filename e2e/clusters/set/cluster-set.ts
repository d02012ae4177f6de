import { createHash } from "node:crypto";
import path from "node:path";
import { newestMinor } from "../build/programs.ts";
import type { KubernetesMinor } from "../build/programs.ts";

/** What a cluster of a set shall be. */
export interface ClusterWish {
  name: string;
  minor: KubernetesMinor;
  proxyMode: "iptables" | "nftables";
  /** 0: an API server with its controllers alone, on which no pod can run. */
  nodeCount: number;
  /** Pods and services have IPv6 addresses too, if they ask for them. */
  dualStack: boolean;
}

/** A machine to Kubernetes: a network namespace with processes of its own. The first of a cluster carries its control plane. */
export interface Node {
  /** `1-23-1`: also the Node's name in Kubernetes. */
  name: string;
  cluster: string;
  address: string;
  /** Of a dual-stack cluster. */
  address6: string;
  namespace: string;
  /** The end of its cable that stands in the host. */
  link: string;
  podRange: string;
  podRange6: string;
  folder: string;
}

export interface Cluster extends ClusterWish {
  folder: string;
  /** `https://198.18.7.11:6443` */
  server: string;
  /** Where etcd, the API server and the controllers run. */
  controlPlane: Node;
  /** Where pods run. */
  nodes: readonly Node[];
}

/** Clusters that reach each other over a bridge of their own. */
export interface ClusterSet {
  /** Of the folder: sets in different folders have nothing in common. */
  id: string;
  folder: string;
  bridge: string;
  /** The host's own address on the bridge. */
  hostAddress: string;
  /** `198.18.7.1:5000`: where nodes pull images. */
  pullAddress: string;
  kubeconfig: string;
  clusters: readonly Cluster[];
}

export const podRangeOfClusters = "10.244.0.0/16";
export const podRange6OfClusters = "fd10:244::/48";
export const serviceRange = "10.96.0.0/16";
export const serviceRange6 = "fd10:96::/112";
export const dnsAddress = "10.96.0.10";
const clusterCountMax = 20;
const nodeCountMax = 5;

/** Names of the host's things that belong to the set in `folder`: short, as a link's name has at most 15 characters. */
export function setId(folder: string): string {
  return createHash("sha256").update(path.resolve(folder)).digest("hex").slice(0, 6);
}

/**
 * `--names` and `--nodes` (`1-23=2,1-25=0`) → what they ask for. A cluster called `1-23` is the old one of the upgrade story:
 * the older minor, with kube-proxy in iptables mode. All are `dualStack`, or none. Throws with what is wrong about which name.
 */
export function wishes(names: string, nodes: string, dualStack: boolean): ClusterWish[] {
  const counts = new Map<string, number>();
  for (const item of nodes.split(",").filter((text) => text !== "")) {
    const [, name = "", count = ""] = /^([^=]+)=(\d+)$/.exec(item) ?? [];
    if (name === "" || Number(count) > nodeCountMax) throw new Error(`--nodes "${item}" is not like 1-23=2, with at most ${nodeCountMax} nodes`);
    counts.set(name, Number(count));
  }
  const list = names.split(",");
  if (list.length > clusterCountMax) throw new Error(`--names has ${list.length} names; at most ${clusterCountMax}`);
  for (const name of list) if (!/^[a-z0-9](?:[a-z0-9-]{0,18}[a-z0-9])?$/.test(name)) throw new Error(`--names "${name}" is not a name of lower-case letters, digits and dashes, at most 20 long`);
  const twice = list.find((name, index) => list.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`--names has "${twice}" twice`);
  const unknown = [...counts.keys()].find((name) => !list.includes(name));
  if (unknown !== undefined) throw new Error(`--nodes names "${unknown}", which is not in --names ${names}`);
  return list.map((name) => {
    const old = name === "1-23";
    return { name, minor: old ? "1.35" : newestMinor, proxyMode: old ? "iptables" : "nftables", nodeCount: counts.get(name) ?? 1, dualStack };
  });
}

/**
 * The set that stands in `folder`, on the network `subnet` (0 to 511) of 198.18.0.0/15, which is kept free for tests (RFC 2544),
 * and of fd73:6c75:6963::/48 (RFC 4193).
 */
export function clusterSet(folder: string, subnet: number, wished: readonly ClusterWish[]): ClusterSet {
  const id = setId(folder);
  const prefix = `198.${18 + (subnet >> 8)}.${subnet & 255}`;
  const hostAddress = `${prefix}.1`;
  const clusters = wished.map((wish, clusterIndex): Cluster => {
    const clusterFolder = path.join(folder, wish.name);
    const places = Array.from({ length: Math.max(1, wish.nodeCount) }, (_, index): Node => {
      const position = clusterIndex * 10 + index;
      return {
        name: `${wish.name}-${index + 1}`,
        cluster: wish.name,
        address: `${prefix}.${11 + position}`,
        address6: `fd73:6c75:6963:${subnet.toString(16)}::${11 + position}`,
        namespace: `sluice-${id}-${wish.name}-${index + 1}`,
        link: `sl${id}-${position}`,
        podRange: `10.244.${index + 1}.0/24`,
        podRange6: `fd10:244:0:${index + 1}::/64`,
        folder: path.join(clusterFolder, `node-${index + 1}`),
      };
    });
    const [controlPlane] = places;
    if (controlPlane === undefined) throw new Error("unreachable: a cluster has at least one place");
    return { ...wish, folder: clusterFolder, server: `https://${controlPlane.address}:6443`, controlPlane, nodes: wish.nodeCount === 0 ? [] : places };
  });
  return { id, folder, bridge: `sl${id}-br`, hostAddress, pullAddress: `${hostAddress}:5000`, kubeconfig: path.join(folder, "kubeconfig"), clusters };
}

/** Every network namespace of a cluster, the one of a control plane without nodes too. */
export function placesOf(cluster: Cluster): readonly Node[] {
  return cluster.nodes.length === 0 ? [cluster.controlPlane] : cluster.nodes;
}

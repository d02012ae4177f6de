import { existsSync, readFileSync } from "node:fs";
import type { Cluster, ClusterSet, Node } from "../set/cluster-set.ts";
import { podRange6OfClusters, podRangeOfClusters } from "../set/cluster-set.ts";
import { run } from "./run.ts";
import { natTable } from "./try-out.ts";

interface Address {
  ifname: string;
  addr_info: { local?: string }[];
}

/** The addresses of the host's links, by link. */
async function hostAddresses(): Promise<Map<string, string[]>> {
  const links = JSON.parse(await run("ip", ["-j", "-4", "address"])) as Address[];
  return new Map(links.map(({ ifname, addr_info: addresses }) => [ifname, addresses.flatMap(({ local }) => local ?? [])]));
}

/** The first of 198.18.0.0/15's 512 networks, from the one that `id` points to, in which the host has no address. */
export async function freeSubnet(id: string): Promise<number> {
  const taken = new Set([...(await hostAddresses()).values()].flat());
  const first = Number.parseInt(id, 16) % 512;
  for (let step = 0; step < 512; step++) {
    const subnet = (first + step) % 512;
    if (!taken.has(`198.${18 + (subnet >> 8)}.${subnet & 255}.1`)) return subnet;
  }
  throw new Error("all 512 networks of 198.18.0.0/15 are taken by this host: end other sets with `npm run clusters -- down --dir …`");
}

/** The bridge of the set stands, with the host's address on it. */
export async function ensureBridge({ bridge, hostAddress }: ClusterSet): Promise<void> {
  const addresses = (await hostAddresses()).get(bridge) ?? (await run("ip", ["link", "add", bridge, "type", "bridge"]), []);
  if (!addresses.includes(hostAddress)) await run("ip", ["address", "add", `${hostAddress}/24`, "dev", bridge]);
  await run("ip", ["link", "set", bridge, "up"]);
}

/** The node's namespace stands, with a cable to the bridge. */
export async function ensureNamespace(node: Node, { dualStack }: Cluster, bridge: string): Promise<void> {
  const { namespace, link, address, address6 } = node;
  if (!(await namespaces()).includes(namespace)) await run("ip", ["netns", "add", namespace]);
  const inside = JSON.parse(await run("ip", ["-n", namespace, "-j", "link"])) as { ifname: string }[];
  if (inside.some(({ ifname }) => ifname === "eth0")) return;
  await run("ip", ["link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", namespace]);
  await run("ip", ["link", "set", link, "master", bridge, "up"]);
  // Nobody else has the address: it need not be looked for on the network before it is used (DAD, RFC 4862).
  const second = dualStack ? [`address add ${address6}/64 dev eth0 nodad`] : [];
  await run("ip", ["-n", namespace, "-batch", "-"], { input: `${["link set lo up", `address add ${address}/24 dev eth0`, ...second, "link set eth0 up"].join("\n")}\n` });
}

/**
 * Routes to the pods of the cluster's other nodes, and the node's own address for what leaves the cluster: pods have the
 * same addresses in every cluster, and the reply must find the way back.
 */
export async function ensureRoutes(node: Node, { nodes, dualStack }: Cluster): Promise<void> {
  const others = nodes.filter(({ name }) => name !== node.name);
  await ensureRoutesOf(node, "-4", podRangeOfClusters, others.map(({ podRange, address }) => `${podRange} via ${address}`));
  if (dualStack) await ensureRoutesOf(node, "-6", podRange6OfClusters, others.map(({ podRange6, address6 }) => `${podRange6} via ${address6}`));
}

async function ensureRoutesOf({ namespace }: Node, family: "-4" | "-6", pods: string, toOthers: readonly string[]): Promise<void> {
  // Without a default route, what goes to a service address is refused before kube-proxy's rules see it.
  const routes = ["default dev eth0", ...toOthers].map((route) => `route replace ${route}`);
  await run("ip", [family, "-n", namespace, "-batch", "-"], { input: `${routes.join("\n")}\n` });
  const ip = family === "-4" ? "ip" : "ip6";
  const rules = `table ${ip} sluice-node
delete table ${ip} sluice-node
table ${ip} sluice-node {
  chain leaving { type nat hook postrouting priority srcnat + 10; ${ip} saddr ${pods} ${ip} daddr != ${pods} oifname "eth0" masquerade; }
}
`;
  await run("ip", ["netns", "exec", namespace, "nft", "-f", "-"], { input: rules });
}

/** Whether the kernel has IPv6, and translates its addresses as kube-proxy needs it. */
export async function hasIpv6(): Promise<boolean> {
  if (!existsSync("/proc/net/if_inet6")) return false;
  return await run("nft", ["--check", "-f", "-"], { input: natTable("ip6") }).then(() => true, () => false);
}

/** Names of all network namespaces of the host. */
export async function namespaces(): Promise<string[]> {
  const text = await run("ip", ["-j", "netns", "list"]);
  return text.trim() === "" ? [] : (JSON.parse(text) as { name: string }[]).map(({ name }) => name);
}

/** Names of the host's links: `/proc/net/dev` needs no program. */
export function links(): string[] {
  return readFileSync("/proc/net/dev", "utf8").split("\n").slice(2).flatMap((line) => /^\s*([^:]+):/.exec(line)?.[1] ?? []);
}

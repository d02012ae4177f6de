import { existsSync, mkdirSync, readdirSync, rmdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Node } from "../set/cluster-set.ts";

const root = "/sys/fs/cgroup";
/** Where containerd puts all containers of all nodes, as long as the kubelet keeps no cgroups by quality of service. */
const parent = "k8s.io";
/** All pods together weigh as much as so many busy threads of the host; as one alone they would starve beside a test's own work. */
const threads = 16;
/** In a node's folder, by the id of the container. */
const kept = "containerd/io.containerd.grpc.v1.cri";

/** The hierarchies of version 1, or the only one of version 2. */
function hierarchies(): string[] {
  if (existsSync(path.join(root, "cgroup.controllers"))) return [root];
  return existsSync(root) ? readdirSync(root).map((name) => path.join(root, name)) : [];
}

/** Gives the pods a fair part of the processor (cgroups: `cpu.shares` of version 1, `cpu.weight` of version 2). */
export function ensureWeight(): void {
  for (const hierarchy of hierarchies()) {
    for (const [file, weight] of [["cpu.shares", 1024 * threads], ["cpu.weight", 100 * threads]] as const) {
      const own = path.join(hierarchy, parent);
      if (existsSync(path.join(hierarchy, file)) || hierarchy === root) mkdirSync(own, { recursive: true });
      if (existsSync(path.join(own, file))) writeFileSync(path.join(own, file), String(weight));
    }
  }
}

/** Cgroups of containers that the nodes have or had: runc removes those that end in order, and nobody those that the kernel ends. */
export function cgroupsOf(nodes: readonly Node[]): string[] {
  const ids = nodes.flatMap(({ folder }) =>
    ["containers", "sandboxes"].map((name) => path.join(folder, kept, name)).flatMap((list) => (existsSync(list) ? readdirSync(list) : [])),
  );
  return hierarchies().flatMap((hierarchy) => ids.map((id) => path.join(hierarchy, parent, id))).filter((folder) => existsSync(folder));
}

/** Its files are the kernel's, so only the folders can be removed, the innermost first. Throws while a process is in one. */
export function removeCgroup(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) if (entry.isDirectory()) removeCgroup(path.join(folder, entry.name));
  rmdirSync(folder);
}

import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { run } from "./run.ts";

/** A table as nodes have it, of a family of addresses. */
export const natTable = (family: "ip" | "ip6") => `table ${family} sluice-try { chain leaving { type nat hook postrouting priority srcnat; oifname "eth0" masquerade; }; }`;

/** A node's own process tree and mounts, a container's file system, and forwarding of packets. */
const mounts = (folder: string): string =>
  [
    "set -e",
    "mount -t proc proc /proc",
    "mount -t tmpfs -o size=1m tmpfs /run",
    "echo 1 >/run/one",
    "mount --bind /run/one /proc/sys/kernel/panic",
    "echo 1 >/proc/sys/net/ipv4/ip_forward",
    `cd '${folder}'`,
    "mkdir lower upper work merged",
    "mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work overlay merged",
  ].join("\n");

/** The folders in which every node makes cgroups: one (version 2) or one for each hierarchy (version 1). */
function cgroupHierarchies(root: string): string[] {
  if (existsSync(path.join(root, "cgroup.controllers"))) return [root];
  // Where several controllers share a hierarchy, each of their names is a link to it.
  return ["cpu", "memory", "pids"].map((name) => path.join(root, name));
}

function tryCgroups(root: string, name: string): void {
  for (const folder of cgroupHierarchies(root).map((hierarchy) => path.join(hierarchy, name))) {
    mkdirSync(folder);
    try {
      if (!readdirSync(folder).includes("cgroup.procs")) throw new Error(`${folder} is no cgroup: nothing is mounted at ${root}`);
    } finally {
      // The files of a cgroup are the kernel's: only its folder can be removed.
      if (existsSync(path.join(folder, "cgroup.procs"))) rmdirSync(folder);
      else rmSync(folder, { recursive: true });
    }
  }
}

export interface Host {
  run: (command: string, args: readonly string[], options?: { input?: string }) => Promise<unknown>;
  cgroupRoot: string;
}

/**
 * Makes, once and small, everything that nodes of clusters are made of, and removes it again. Answers what this machine
 * refuses, in its own words; undefined: nothing. Its programs have to be there, see `missing`.
 */
export async function tryOut(host: Host = { run, cgroupRoot: "/sys/fs/cgroup" }): Promise<string | undefined> {
  const name = `sluice-try-${process.pid}`;
  const [bridge, link] = [`sltb${process.pid}`, `sltl${process.pid}`];
  const folder = mkdtempSync(path.join(tmpdir(), "sluice-try-"));
  const inside = (...command: string[]): [string, string[]] => ["ip", ["netns", "exec", name, ...command]];
  const steps: [string, () => unknown][] = [
    ["a network namespace", () => host.run("ip", ["netns", "add", name])],
    ["a bridge", () => host.run("ip", ["link", "add", bridge, "type", "bridge"])],
    ["a pair of links into the namespace", () => host.run("ip", ["link", "add", link, "master", bridge, "type", "veth", "peer", "name", "eth0", "netns", name])],
    ["a rule of nftables", () => host.run(...inside("nft", "-f", "-"), { input: natTable("ip") })],
    ["a rule of iptables", () => host.run(...inside("iptables", "-w", "-t", "nat", "-A", "POSTROUTING", "-m", "comment", "--comment", "sluice", "-j", "MASQUERADE"))],
    ["a node's mounts", () => host.run(...inside("unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private", "sh", "-c", mounts(folder)))],
    ["a cgroup", () => tryCgroups(host.cgroupRoot, name)],
  ];
  try {
    for (const [what, step] of steps) {
      try {
        await step();
      } catch (error) {
        return `real clusters can't run here: this machine refuses ${what}: ${error instanceof Error ? error.message : String(error)}`;
      }
    }
    return undefined;
  } finally {
    await host.run("ip", ["link", "delete", bridge]).catch(() => {});
    await host.run("ip", ["netns", "delete", name]).catch(() => {});
    rmSync(folder, { recursive: true, force: true });
  }
}

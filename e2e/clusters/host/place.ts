import { mkdirSync, readlinkSync } from "node:fs";
import path from "node:path";
import { eventually } from "../../ground/eventually.ts";
import type { Node } from "../set/cluster-set.ts";
import type { RecordedProcess, SetState } from "../set/state.ts";
import { cgroupsOf, removeCgroup } from "./cgroups.ts";
import { childOf, startDetached, untilGone } from "./processes.ts";
import { run } from "./run.ts";

/** Name of the first process of a node: when it ends, the kernel ends all others and what they mounted. */
export const firstProcess = "init";

/** What the kubelet wants to see, which must not be changed for the whole machine. */
const kubeletSysctls = {
  "vm/overcommit_memory": 1,
  "vm/panic_on_oom": 0,
  "kernel/panic": 10,
  "kernel/panic_on_oops": 1,
  "kernel/keys/root_maxkeys": 1_000_000,
  "kernel/keys/root_maxbytes": 25_000_000,
};

function setUp(node: Node, pause: string): string {
  const hidden = Object.entries(kubeletSysctls).map(([name, value], index) => `echo ${value} >/run/sluice/sysctl-${index}; mount --bind /run/sluice/sysctl-${index} /proc/sys/${name}`);
  const own = ["kubelet", "cni"].map((name) => `mkdir /var/lib/${name}; mount --bind '${path.join(node.folder, name)}' /var/lib/${name}`);
  return [
    "set -e",
    "mount -t proc proc /proc",
    "mount -t tmpfs -o mode=755,size=256m tmpfs /run",
    "mkdir -p /run/lock /run/netns /run/sluice",
    "mount -t tmpfs -o mode=755,size=16m tmpfs /var/lib",
    `mount --bind '${path.join(node.folder, "log")}' /var/log`,
    ...own,
    ...hidden,
    "echo 1 >/proc/sys/net/ipv4/ip_forward",
    // Without it packets between two pods of a node pass kube-proxy's rules only one way.
    ...["iptables", "ip6tables"].map((name) => `[ ! -e /proc/sys/net/bridge/bridge-nf-call-${name} ] || echo 1 >/proc/sys/net/bridge/bridge-nf-call-${name}`),
    `exec '${pause}'`,
  ].join("\n");
}

/**
 * The node's first process lives: it has a process tree, mounts (/run, /var/lib, /var/log) and the network namespace of its
 * own, and holds them for those that `ensureProgram` starts beside it.
 */
export async function ensurePlace(state: SetState, node: Node, pause: string): Promise<RecordedProcess> {
  const running = state.running(node.name, firstProcess);
  if (running !== undefined) return running;
  // As after a machine's start: the kubelet would ask for the task of each container that the kernel ended, for 3 s and more than once.
  cgroupsOf([node]).forEach(removeCgroup);
  for (const name of ["kubelet", "cni", "log", "containerd"]) mkdirSync(path.join(node.folder, name), { recursive: true });
  const log = path.join(node.folder, "log", `${firstProcess}.log`);
  const unshare = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private", "sh", "-c", setUp(node, pause)];
  const outer = startDetached("nsenter", [`--net=/run/netns/${node.namespace}`, "--", ...unshare], log);
  const started = { ...(await childOf(outer, log)), place: node.name, program: firstProcess };
  state.record(started);
  await eventually(`${node.name} to be set up`, () => (readlinkSync(`/proc/${started.pid}/exe`) === pause ? Promise.resolve() : Promise.reject(new Error(`see ${log}`))), 60_000);
  return started;
}

/** How a program is run inside of a node. */
export function inPlace(first: RecordedProcess): string[] {
  return ["nsenter", `--target=${first.pid}`, "--net", "--mount", "--pid", "--"];
}

/** Runs a program inside of a node to its end. */
export function runInPlace(state: SetState, node: Node, command: readonly string[], input = ""): Promise<string> {
  const first = state.running(node.name, firstProcess);
  if (first === undefined) throw new Error(`${node.name} is not up`);
  const [program = "", ...args] = [...inPlace(first), ...command];
  return run(program, args, { input });
}

/** The program lives inside of the node; its output is in the node's folder, `log/NAME.log`. */
export async function ensureProgram(state: SetState, node: Node, name: string, command: readonly string[]): Promise<void> {
  if (state.running(node.name, name) !== undefined) return;
  const first = state.running(node.name, firstProcess);
  if (first === undefined) throw new Error(`${node.name} is not up`);
  const before = state.recorded(node.name, name);
  if (before !== undefined) await untilGone(before);
  const log = path.join(node.folder, "log", `${name}.log`);
  const [program = "", ...args] = [...inPlace(first), ...command];
  const outer = startDetached(program, args, log);
  state.record({ ...(await childOf(outer, log)), place: node.name, program: name });
}

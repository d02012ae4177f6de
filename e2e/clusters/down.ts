import { existsSync, rmSync } from "node:fs";
import { eventually } from "../ground/eventually.ts";
import { cgroupsOf, removeCgroup } from "./host/cgroups.ts";
import { links, namespaces } from "./host/network.ts";
import { firstProcess } from "./host/place.ts";
import { isAlive, killAll } from "./host/processes.ts";
import { run } from "./host/run.ts";
import { type Node, placesOf, setId } from "./set/cluster-set.ts";
import { SetState } from "./set/state.ts";

function nodesOf(folder: string): Node[] {
  return (SetState.read(folder)?.set.clusters ?? []).flatMap(placesOf);
}

/** What there still is of the set in `folder`: namespaces, links, mounts, cgroups, processes that it recorded, and the folder. */
export async function leftovers(folder: string): Promise<string[]> {
  const id = setId(folder);
  return [
    ...(await namespaces()).filter((name) => name.startsWith(`sluice-${id}-`)).map((name) => `namespace ${name}`),
    ...links().filter((name) => name.startsWith(`sl${id}-`)).map((name) => `link ${name}`),
    ...cgroupsOf(nodesOf(folder)).map((name) => `cgroup ${name}`),
    ...(SetState.read(folder)?.processes ?? []).filter((process) => isAlive(process)).map(({ place, program, pid }) => `process ${pid}: ${program} of ${place}`),
    ...(await run("cat", ["/proc/self/mounts"])).split("\n").filter((line) => line.includes(` ${folder}/`) || line.includes(`sluice-${id}-`)).map((line) => `mount ${line}`),
    ...(existsSync(folder) ? [`folder ${folder}`] : []),
  ];
}

/**
 * Ends the processes of the set in `folder`, those that it recorded and, with each node's first process, what these started;
 * removes namespaces, links, cgroups and the folder. Does nothing where there is nothing.
 */
export async function down(folder: string, log: (line: string) => void): Promise<void> {
  const id = setId(folder);
  const processes = SetState.read(folder)?.processes ?? [];
  const nodes = nodesOf(folder);
  // The kernel ends everything in the process tree of a node together with its first process.
  await killAll(processes.toSorted((one, other) => Number(other.program === firstProcess) - Number(one.program === firstProcess)));
  for (const name of (await namespaces()).filter((each) => each.startsWith(`sluice-${id}-`))) {
    await endStrangers(name);
    await run("ip", ["netns", "delete", name]);
  }
  for (const name of links().filter((each) => each.startsWith(`sl${id}-`))) await run("ip", ["link", "delete", name]).catch(() => {});
  await eventually("the cgroups to be empty", () => Promise.resolve(cgroupsOf(nodes).forEach(removeCgroup)), 30_000);
  // A mount that the kernel is still taking apart keeps its folder busy for a moment.
  await eventually(`${folder} to be removable`, () => Promise.resolve(rmSync(folder, { recursive: true, force: true })), 30_000);
  const left = await leftovers(folder);
  if (left.length > 0) throw new Error(`still there after down: ${left.join("; ")}`);
  log(`down: nothing is left of ${folder}`);
}

/** Ends what runs in a namespace of ours although nobody recorded it: an `up` that was killed between start and record. */
async function endStrangers(namespace: string): Promise<void> {
  const pids = (await run("ip", ["netns", "pids", namespace])).split("\n").filter((line) => line !== "").map(Number);
  for (const pid of pids) {
    try {
      process.kill(pid, "SIGKILL");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
}

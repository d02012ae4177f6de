import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, readdirSync, statSync } from "node:fs";
import { eventually } from "../../ground/eventually.ts";

/** A process that may outlive us: its id alone would in time be another's. */
export interface StartedProcess {
  pid: number;
  /** Of the machine and the process: /proc/sys/kernel/random/boot_id and field 22 of /proc/PID/stat. */
  startedAt: string;
}

const logBytesMax = 64 * 1024 * 1024;

interface Stat {
  parent: number;
  startTicks: string;
  processorTicks: number;
}

/** Undefined: there is no such process (any more), or, unless asked for, it is a zombie. */
function statOf(pid: number, zombies = false): Stat | undefined {
  try {
    // The second field is the name in brackets, with any character in it.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /s, "").split(" ");
    if (!zombies && (fields[0] === "Z" || fields[0] === "X")) return undefined;
    return { parent: Number(fields[1]), startTicks: fields[19] ?? "", processorTicks: Number(fields[11]) + Number(fields[12]) };
  } catch {
    return undefined;
  }
}

function identify(pid: number, zombies = false): StartedProcess | undefined {
  const stat = statOf(pid, zombies);
  return stat && { pid, startedAt: `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()}/${stat.startTicks}` };
}

export function isAlive(process: StartedProcess): boolean {
  return identify(process.pid)?.startedAt === process.startedAt;
}

/**
 * Returns when nothing of a process is left that was told to end, its ports neither: a zombie's other threads may still
 * hold them.
 */
export function untilGone({ pid, startedAt }: StartedProcess): Promise<void> {
  return eventually(`the end of process ${pid}`, () => (identify(pid, true)?.startedAt === startedAt ? Promise.reject(new Error("it is still there")) : Promise.resolve()), 60_000);
}

/** What a tick of /proc/PID/stat is on Linux (USER_HZ), in ms. */
const tickMs = 10;

/** The processor's time that these have had since they began, in ms, of all their threads. Throws where one has ended. */
export function processorMsOf(processes: readonly StartedProcess[]): number {
  return processes.reduce((sum, process) => {
    const stat = isAlive(process) ? statOf(process.pid) : undefined;
    if (stat === undefined) throw new Error(`process ${process.pid} has ended: its processor time is not known any more`);
    return sum + stat.processorTicks * tickMs;
  }, 0);
}

/** The ids of all processes that the machine has now. */
function allPids(): number[] {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number);
}

/** Processes of the container with that id (64 hexadecimal digits), which its control group is named by. */
export function processesOfContainer(id: string): StartedProcess[] {
  const isInside = (pid: number): boolean => {
    try {
      return readFileSync(`/proc/${pid}/cgroup`, "utf8").includes(id);
    } catch {
      return false;
    }
  };
  return allPids().filter(isInside).flatMap((pid) => identify(pid) ?? []);
}

/** Those of `roots` that live, and everything that they started, directly or not. */
export function withDescendants(roots: readonly StartedProcess[]): StartedProcess[] {
  const parents = new Map(allPids().map((pid) => [pid, statOf(pid)?.parent]));
  const found = new Set(roots.filter(isAlive).map(({ pid }) => pid));
  for (let before = 0; before < found.size; ) {
    before = found.size;
    for (const [pid, parent] of parents) if (parent !== undefined && found.has(parent)) found.add(pid);
  }
  return [...found].flatMap((pid) => identify(pid) ?? []);
}

/**
 * `processes`, and after them those that started them and wait for them: `nsenter` and `unshare` stop themselves when their
 * child is stopped, and nobody else would let them go on.
 */
export function withParents(processes: readonly StartedProcess[]): StartedProcess[] {
  const parents = new Set(processes.flatMap(({ pid }) => statOf(pid)?.parent ?? []).filter((pid) => pid > 1 && pid !== process.pid));
  return [...processes, ...[...parents].filter((pid) => processes.every((each) => each.pid !== pid)).flatMap((pid) => identify(pid) ?? [])];
}

/** Does nothing if it has ended already. */
export function signal(started: StartedProcess, name: NodeJS.Signals): void {
  if (!isAlive(started)) return;
  try {
    process.kill(started.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/**
 * Kills these, in this order, and returns when none of them runs any more: one with a large memory reads as alive for a
 * while after it, and whoever looks then would find nothing to mend.
 */
export async function killAll(processes: readonly StartedProcess[]): Promise<void> {
  for (const each of processes) signal(each, "SIGKILL");
  await eventually("the killed processes to end", () => {
    const living = processes.filter((each) => isAlive(each)).map(({ pid }) => `${readFileSync(`/proc/${pid}/comm`, "utf8").trim()} (${pid})`);
    return living.length === 0 ? Promise.resolve() : Promise.reject(new Error(living.join(", ")));
  }, 30_000);
}

/** Starts a program that goes on after us, its output appended to `log`. */
export function startDetached(command: string, args: readonly string[], log: string): StartedProcess {
  const descriptor = openSync(log, "a");
  try {
    if (statSync(log).size > logBytesMax) closeSync(openSync(log, "w"));
    const child = spawn(command, args, { detached: true, cwd: "/", stdio: ["ignore", descriptor, descriptor] });
    child.unref();
    const started = child.pid === undefined ? undefined : identify(child.pid);
    if (started === undefined) throw new Error(`${command} did not start; see ${log}`);
    return started;
  } finally {
    closeSync(descriptor);
  }
}

/** The only child of a process that forks once: `unshare --fork` and `nsenter --pid` do, and wait for it. */
export function childOf(parent: StartedProcess, log: string): Promise<StartedProcess> {
  return eventually(
    `a child of process ${parent.pid}`,
    () => {
      const child = allPids().find((pid) => statOf(pid)?.parent === parent.pid);
      const started = child === undefined ? undefined : identify(child);
      return started === undefined ? Promise.reject(new Error(`${isAlive(parent) ? "none yet" : "it has ended"}; see ${log}`)) : Promise.resolve(started);
    },
    60_000,
  );
}

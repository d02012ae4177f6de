import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "../..");

export interface TreeProcess {
  pid: number;
  command: string;
  /** Clock ticks from boot to its start: with the pid it names one process for ever, since pids are used again. */
  startedTicks: string;
  /** Proportional set size: memory that processes share is divided among them. */
  megabytes: number;
}

/** Whether `processTree` can see anything: it reads /proc, which is Linux's. */
export const canSeeProcesses = existsSync("/proc/self/smaps_rollup");

/** The process and everything that it started. Empty for a process that is gone. */
export function processTree(pid: number): TreeProcess[] {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").filter((part) => part !== "").map((part) => part.replace(`${root}/`, ""));
    const kilobytes = Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? 0);
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").map(Number).filter((child) => child > 0);
    const own = { pid, command: command.map((part) => path.basename(part)).join(" ").slice(0, 70), startedTicks: startOf(pid) ?? "", megabytes: kilobytes / 1024 };
    return [own, ...children.flatMap(processTree)];
  } catch {
    return [];
  }
}

/** Those that still run; one that has ended and only waits to be collected does not count. */
export function stillRunning(processes: readonly TreeProcess[]): TreeProcess[] {
  return processes.filter(({ pid, startedTicks }) => startOf(pid) === startedTicks);
}

function startOf(pid: number): string | undefined {
  try {
    // The command's name stands in parentheses and may hold blanks: the fields are counted from behind it.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) /s, "").split(" ");
    return fields[0] === "Z" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

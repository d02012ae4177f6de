import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

/** Ticks of /proc/PID/stat in a second: USER_HZ is 100 on every Linux that Node supports. */
const ticksPerSecond = 100;

/** A child process that prints its port first and whose CPU time and memory can be read (Linux). */
export class MeasuredProcess {
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
    process.once("exit", () => this.stop());
  }

  /** Starts `command`; with a core given, pinned to it by `taskset`. Rejects when it ends before it prints a port. */
  static async start(command: readonly string[], core: number | null, port?: number): Promise<MeasuredProcess> {
    const [program, ...rest] = core === null ? command : ["taskset", "-c", String(core), ...command];
    const child = spawn(program as string, rest, { stdio: ["ignore", "pipe", "inherit"] });
    if (port !== undefined) return new MeasuredProcess(child, port);
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
    for await (const line of lines) {
      lines.close();
      return new MeasuredProcess(child, Number(line));
    }
    throw new Error(`${command.join(" ")} ended before it printed its port`);
  }

  /** CPU time used so far, in µs, user and system. */
  cpuMicros(): number {
    const stat = readFileSync(`/proc/${this.#child.pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return ((Number(fields[11]) + Number(fields[12])) * 1_000_000) / ticksPerSecond;
  }

  /** Most memory that it ever had, in MiB. */
  peakMib(): number {
    const match = /^VmHWM:\s+([0-9]+) kB$/m.exec(readFileSync(`/proc/${this.#child.pid}/status`, "latin1"));
    return Number(match?.[1] ?? 0) / 1_024;
  }

  stop(): void {
    this.#child.kill();
  }
}

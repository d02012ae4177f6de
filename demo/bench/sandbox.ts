import { execFile } from "node:child_process";
import { loadavg } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { machine } from "./machine.ts";
import { percentile } from "./percentile.ts";
import type { ClusterStarts, Taken } from "./start-cluster.ts";

/** `npm run bench:sandbox`: how long the sandbox's library takes to start and stop a cluster, in fresh processes. */

const processes = 10;
/** Above this the times by the clock say more about the machine's other work; those of the processor still hold. */
const loadMax = 1;
const child = path.join(import.meta.dirname, "start-cluster.ts");

const samples: ClusterStarts[] = [];
const [load = 0] = loadavg();
console.info(`${machine()}; ${processes} fresh processes${load > loadMax ? `; the load average is ${load.toFixed(1)}: wall times are not to be kept` : ""}`);
for (let sample = 0; sample < processes; sample += 1) {
  const { stdout } = await promisify(execFile)(process.execPath, [child]);
  samples.push(JSON.parse(stdout) as ClusterStarts);
}

const add = (...parts: Taken[]): Taken => ({ wallMs: parts.reduce((sum, { wallMs }) => sum + wallMs, 0), cpuMs: parts.reduce((sum, { cpuMs }) => sum + cpuMs, 0) });
const rows: readonly (readonly [string, (sample: ClusterStarts) => Taken])[] = [
  ["import", (sample) => sample.import],
  ["first start", ({ first }) => first.start],
  ["first stop", ({ first }) => first.stop],
  ["first start + stop", ({ first }) => add(first.start, first.stop)],
  ["import + first start + stop", ({ import: library, first }) => add(library, first.start, first.stop)],
  ["later start", ({ later }) => later.start],
  ["later stop", ({ later }) => later.stop],
  ["later start + stop", ({ later }) => add(later.start, later.stop)],
];
const told = (values: number[]) => `median ${percentile(values, 0.5).toFixed(0).padStart(4)} (${Math.min(...values).toFixed(0)} to ${Math.max(...values).toFixed(0)}) ms`;
for (const [name, of] of rows) {
  const taken = samples.map(of);
  console.info(`${name.padEnd(28)} wall ${told(taken.map(({ wallMs }) => wallMs)).padEnd(32)} cpu ${told(taken.map(({ cpuMs }) => cpuMs))}`);
}

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { closedLoop, type LoadResult } from "./closed-loop.ts";
import { type Contender, startContenders } from "./contenders.ts";
import { MeasuredProcess } from "./measured-process.ts";

/** `npm run bench -w packages/proxy -- [seconds] [rounds]`: small keep-alive requests through each proxy in alternating rounds. */
const seconds = Number(process.argv[2] ?? 5);
const rounds = Number(process.argv[3] ?? 5);
const connections = 64;
/** Above this the figures say more about the machine's other work than about the proxies. */
const loadMax = 2;

type Measured = LoadResult & { readonly cpuMicrosPerRequest: number };

const pinned = availableParallelism() > 1 && spawnSync("taskset", ["-V"]).status === 0;
const folder = mkdtempSync(join(tmpdir(), "sluice-bench-"));
// Also when it is interrupted, or fails before anything is measured.
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
const backend = await MeasuredProcess.start([process.execPath, join(import.meta.dirname, "backend.ts")], pinned ? 0 : null);
const results = new Map<Contender, Measured[]>();
try {
  const [load = 0] = loadavg();
  if (load > loadMax) print(`The load average is ${load.toFixed(1)}: these figures are not to be kept.`);
  for (const contender of await startContenders({ backend: backend.port, core: pinned ? 1 : null, folder, onMissing: print })) results.set(contender, []);
  print(`${cpus()[0]?.model ?? "unknown CPU"}, ${availableParallelism()} cores, Node ${process.version}; ${connections} connections, ${rounds} rounds of ${seconds} s${pinned ? "" : ", not pinned to cores"}`);
  for (let round = -1; round < rounds; round++) {
    // Whoever goes first changes, so that a drift of the machine hits all alike.
    const order = round % 2 === 0 ? [...results] : [...results].toReversed();
    for (const [contender, measured] of order) await measure(contender, measured, round < 0);
  }
  for (const [contender, measured] of results) report(contender, measured);
} finally {
  for (const { process: proxy } of results.keys()) proxy.stop();
  backend.stop();
}

async function measure({ process: proxy }: Contender, measured: Measured[], warmUp: boolean): Promise<void> {
  const before = proxy.cpuMicros();
  const result = await closedLoop(proxy.port, connections, warmUp ? 1 : seconds);
  if (!warmUp) measured.push({ ...result, cpuMicrosPerRequest: (proxy.cpuMicros() - before) / result.requests });
}

/** One line for a proxy, with what a request costs the first one in terms of it: the median over the rounds, and their range. */
function report({ name, process: proxy }: Contender, measured: readonly Measured[]): void {
  const [own = []] = results.values();
  const ratios = sorted(measured.map(({ cpuMicrosPerRequest }, round) => (own[round]?.cpuMicrosPerRequest ?? Number.NaN) / cpuMicrosPerRequest));
  const columns = [
    name.padEnd(10),
    `${median(measured.map(({ requests, seconds: elapsed }) => requests / elapsed)).toFixed(0)} requests/s`,
    `p50 ${median(measured.map(({ p50Ms }) => p50Ms)).toFixed(2)} ms`,
    `p99 ${median(measured.map(({ p99Ms }) => p99Ms)).toFixed(2)} ms`,
    `${median(measured.map(({ cpuMicrosPerRequest }) => cpuMicrosPerRequest)).toFixed(1)} µs CPU a request`,
    `peak ${proxy.peakMib().toFixed(0)} MiB`,
    measured === own ? "" : `sluice takes ${median(ratios).toFixed(2)} of it (${ratios[0]?.toFixed(2)} to ${ratios.at(-1)?.toFixed(2)})`,
  ];
  print(columns.join("  ").trimEnd());
}

function sorted(values: readonly number[]): number[] {
  return values.toSorted((one, other) => one - other);
}

/** The middle value, of an even number the lower one of the two. */
function median(values: readonly number[]): number {
  return sorted(values)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

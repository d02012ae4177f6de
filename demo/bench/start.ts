import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { measureFirstLive } from "./first-live.ts";
import { machine } from "./machine.ts";
import { percentile } from "./percentile.ts";
import { processTree } from "../testing/process-tree.ts";
import { startDemo } from "../testing/running-demo.ts";

/** `npm run bench:demo`: how long a clean install and the start of the demo take, what the running demo holds in memory, and how long a new browser waits for live figures. */

const starts = 5;
const settleMs = 10_000;
const pages = 11;
const npmBytesMax = 16 * 1024 * 1024;
const root = path.resolve(import.meta.dirname, "../..");

/** Milliseconds of `npm ci` in a fresh clone, with npm's own cache as it is. */
async function measureInstall(): Promise<number> {
  const folder = mkdtempSync(path.join(tmpdir(), "sluice-install-"));
  const interruption = new AbortController();
  const interrupt = () => interruption.abort();
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, interrupt);
  try {
    await promisify(execFile)("git", ["clone", "--quiet", root, folder], { signal: interruption.signal });
    const begun = performance.now();
    await promisify(execFile)("npm", ["ci"], { cwd: folder, maxBuffer: npmBytesMax, signal: interruption.signal });
    return performance.now() - begun;
  } finally {
    for (const signal of ["SIGINT", "SIGTERM"]) process.off(signal, interrupt);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/** Bytes of the scripts that a page names for today's browsers (no `nomodule`), each gzipped by itself as a server would send it. */
async function scriptBytes(address: string): Promise<number> {
  const html = await (await fetch(address)).text();
  const tags = [...html.matchAll(/<script[^>]+src="([^"]+)"[^>]*>/g)].filter(([tag]) => !/\bnomodule\b/i.test(tag));
  const sources = new Set(tags.map(([, src = ""]) => src));
  const sizes = await Promise.all(
    [...sources].map(async (src) => gzipSync(Buffer.from(await (await fetch(new URL(src, address))).arrayBuffer())).length),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
console.info(machine());
console.info(`npm ci: ${seconds(await measureInstall())}`);
// Not counted: this start builds the console if its sources have changed.
await (await startDemo()).stop();
const readyMs: number[] = [];
for (let start = 1; start <= starts; start += 1) {
  const demo = await startDemo();
  try {
    readyMs.push(demo.readyMs);
    if (start === starts) {
      await new Promise((resolve) => setTimeout(resolve, settleMs));
      const processes = processTree(demo.pid);
      for (const { command, megabytes } of processes) console.info(`${megabytes.toFixed(0).padStart(6)} MB  ${command}`);
      console.info(`${processes.reduce((sum, { megabytes }) => sum + megabytes, 0).toFixed(0).padStart(6)} MB  together, ${processes.length} processes, ${settleMs / 1000} s after the start`);
      const page = new URL("/services/httpbin/httpbin", demo.url).href;
      console.info(`JavaScript of the service page, gzipped: ${((await scriptBytes(page)) / 1000).toFixed(0)} kB`);
      const firsts = await measureFirstLive(page, pages);
      const told = (samples: number[]) => `median ${percentile(samples, 0.5).toFixed(0)} ms, slowest ${Math.max(...samples).toFixed(0)} ms`;
      console.info(`service page in ${pages} new browser contexts: first live figure painted ${told(firsts.map((first) => first.figureMs))}; stream live ${told(firsts.map((first) => first.liveMs))}`);
    }
  } finally {
    await demo.stop();
  }
}
console.info(`demo ready: median ${seconds(percentile(readyMs, 0.5))}, slowest ${seconds(Math.max(...readyMs))}, of ${starts} starts with an empty folder and the console built`);

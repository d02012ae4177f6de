import { spawn, spawnSync } from "node:child_process";
import { closeSync, createReadStream, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";
import { goProgram } from "./e2e/clusters/build/build-programs.ts";
import { neededPrograms } from "./e2e/clusters/build/programs.ts";
import { obstacles } from "./e2e/clusters/host/requirements.ts";
import { noBrowser } from "./e2e/clusters/play-browser.ts";
import { findAssets, noAssets } from "./packages/sandbox/src/real-api-server/find-assets.ts";
import { type Failure, readPlaywrightReport, readVitestReport, type Report, showFailures } from "./read-report.ts";

/**
 * `npm test`: every check and test that this machine can run, one stage after the other. A red stage does not stop the
 * next, so that one run shows all that is wrong. Ends with the tests that failed, each with what it says, and with
 * `N passed, N failed` over everything that ran.
 * `--only NAME,…` runs these stages alone.
 */

interface Stage {
  name: string;
  title: string;
  command: string;
  args: readonly string[];
  env?: Record<string, string>;
  /** Why the stage can't run here; undefined: it can. Asked when its turn has come. */
  missing?: () => string | undefined | Promise<string | undefined>;
  /** Reads what the stage counted; without it the stage itself counts as one. */
  report?: () => Report;
}

const root = import.meta.dirname;
const only = parseArgs({ options: { only: { type: "string" } } }).values.only?.split(",");
const reports = mkdtempSync(path.join(tmpdir(), "sluice-reports-"));
process.once("exit", () => rmSync(reports, { recursive: true, force: true }));
const bin = (name: string) => path.join(root, "node_modules/.bin", name);

const browserReport = path.join(reports, "browser.json");

function vitestStage(name: string, title: string, args: readonly string[], reporter = "default"): Stage {
  const file = path.join(reports, `${name}.json`);
  return { name, title, command: bin("vitest"), args: ["run", ...args, `--reporter=${reporter}`, "--reporter=json", `--outputFile.json=${file}`], report: () => readVitestReport(file, root) };
}

function browserMissing(): string | undefined {
  const why = noBrowser();
  if (why !== undefined) return why;
  const kubectl = spawnSync(process.env["KUBECTL_PATH"] ?? "kubectl", ["version", "--client"], { stdio: "ignore" });
  return kubectl.status === 0 ? undefined : "no kubectl on PATH: install it or set KUBECTL_PATH";
}

/** What takes long runs only where it is asked for, by name or by SLUICE_REAL=1. */
const unasked = (name: string): string | undefined =>
  process.env["SLUICE_REAL"] === "1" || only?.includes(name) === true ? undefined : "it takes long: set SLUICE_REAL=1 (docs/real-clusters.md)";

function buildMissing(): string | undefined {
  return unasked("real-programs") ?? (goProgram() === undefined ? "there is no Go: install Go 1.26 or newer to /usr/local/go or put it on PATH" : undefined);
}

function apiServersMissing(): string | undefined {
  return unasked("real-api-servers") ?? (findAssets().length === 0 ? noAssets : undefined);
}

/** Other clusters than those of this machine need nothing here. */
async function clustersMissing(): Promise<string | undefined> {
  const why = unasked("real-clusters");
  if (why !== undefined || process.env["SLUICE_E2E_KUBECONFIG"] !== undefined) return why;
  const all = await obstacles(neededPrograms(["1.35", "1.36"], true));
  return all.length === 0 ? undefined : all.join("; ");
}

/** In this order; those of one row side by side. */
const stages: readonly (readonly Stage[])[] = [
  [{ name: "types", title: "types", command: bin("tsc"), args: ["-p", "tsconfig.json"] }],
  [{ name: "console-types", title: "types of the console", command: bin("tsc"), args: ["-p", "apps/web/tsconfig.json"] }],
  [{ name: "lint", title: "lint", command: bin("oxlint"), args: ["--type-aware"] }],
  [{ name: "unused", title: "unused code", command: bin("knip"), args: [] }],
  // The story's tests each start a demo; one build before them serves all.
  [{ name: "console", title: "the console's production build", command: process.execPath, args: ["demo/src/build-console.ts"] }],
  [vitestStage("unit", "unit and integration tests", ["--project=packages"])],
  [
    {
      name: "real-programs",
      title: "what real API servers and clusters are made of",
      command: process.execPath,
      args: ["e2e/clusters/main.ts", "build"],
      missing: buildMissing,
    },
  ],
  // The stories alone leave the processors idle for a part of their time.
  [vitestStage("stories", "story tests", ["--project=stories"]), { ...vitestStage("real-api-servers", "tests on real API servers", ["--project=real-api-servers"]), missing: apiServersMissing }],
  [
    {
      name: "browser",
      title: "browser tests",
      command: bin("playwright"),
      args: ["test", "--config", "e2e/playwright.config.ts", "--reporter=list,json"],
      env: { PLAYWRIGHT_JSON_OUTPUT_NAME: browserReport },
      missing: browserMissing,
      report: () => readPlaywrightReport(browserReport),
    },
  ],
  [{ ...vitestStage("real-clusters", "tests on real clusters", ["--config", "e2e/real.vitest.config.ts"], "verbose"), missing: clustersMissing }],
];

/** Answers the exit code. What it prints goes to `to`: a file descriptor, or "inherit". */
function run(stage: Stage, to: "inherit" | number): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(stage.command, stage.args, { cwd: root, env: { ...process.env, ...stage.env }, stdio: ["ignore", to, to] });
    const pass = (signal: NodeJS.Signals) => child.kill(signal);
    process.once("SIGTERM", pass).once("SIGINT", pass);
    child.once("error", (error) => {
      console.error(error.message);
      resolve(1);
    });
    child.once("exit", (code) => {
      process.off("SIGTERM", pass).off("SIGINT", pass);
      resolve(code ?? 1);
    });
  });
}

function reportOf({ report, title }: Stage, code: number): Report {
  const ended: Failure = { name: title, message: `the command ended with ${code}` };
  if (report === undefined) return code === 0 ? { passed: 1, failures: [] } : { passed: 0, failures: [ended] };
  try {
    const { passed, failures } = report();
    // Red without a failed test (a leaked handle, a crash after the last test) is red all the same.
    return { passed, failures: code !== 0 && failures.length === 0 ? [ended] : failures };
  } catch (error) {
    return { passed: 0, failures: [{ name: title, message: `${ended.message}, and its report can't be read: ${String(error)}` }] };
  }
}

const all = stages.flat();
const unknown = only?.filter((name) => !all.some((stage) => stage.name === name)) ?? [];
if (unknown.length > 0) {
  console.error(`--only names ${unknown.join(", ")}; known are ${all.map(({ name }) => name).join(", ")}`);
  process.exit(2);
}
let passed = 0;
const failures: Failure[] = [];
const lines: string[] = [];

async function carryOut(stage: Stage, to: "inherit" | number): Promise<void> {
  const startedMs = performance.now();
  const report = reportOf(stage, await run(stage, to));
  const failed = report.failures.length;
  passed += report.passed;
  failures.push(...report.failures);
  lines.push(`${failed === 0 ? "passed" : "FAILED"}    ${stage.title}: ${report.passed} passed, ${failed} failed, ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
}

/** What runs beside the first says what it has to say after it: two that print at once can't be read. */
async function carryOutBeside(stage: Stage, first: Promise<void>): Promise<void> {
  const said = path.join(reports, `${stage.name}.txt`);
  const file = openSync(said, "w");
  await carryOut(stage, file);
  closeSync(file);
  await first;
  console.log(`\n== ${stage.title}`);
  await pipeline(createReadStream(said), process.stdout, { end: false });
}

for (const row of stages) {
  const wanted: Stage[] = [];
  for (const stage of row.filter(({ name }) => only?.includes(name) ?? true)) {
    const missing = await stage.missing?.();
    if (missing === undefined) wanted.push(stage);
    else lines.push(`skipped   ${stage.title}: ${missing}`);
  }
  const [first, ...others] = wanted;
  if (first === undefined) continue;
  console.log(`\n== ${first.title}${others.map(({ title }) => `; beside them ${title}`).join("")}`);
  const carriedOut = carryOut(first, "inherit");
  await Promise.all([carriedOut, ...others.map((stage) => carryOutBeside(stage, carriedOut))]);
}
const shown = failures.length === 0 ? [] : ["", ...showFailures(failures)];
console.log(`\n${[...lines, ...shown].join("\n")}\n\n${passed} passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 ? 0 : 1;

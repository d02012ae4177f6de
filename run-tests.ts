import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { goProgram } from "./e2e/clusters/build/build-programs.ts";
import { neededPrograms } from "./e2e/clusters/build/programs.ts";
import { obstacles } from "./e2e/clusters/host/requirements.ts";
import { findAssets, noAssets } from "./packages/sandbox/src/real-api-server/find-assets.ts";

/**
 * `npm test`: every check and test that this machine can run, one stage after the other. A red stage does not stop the
 * next, so that one run shows all that is wrong. Ends with `N passed, N failed` over everything that ran.
 * `--only NAME,…` runs these stages alone.
 */

interface Tally {
  passed: number;
  failed: number;
}

interface Stage {
  name: string;
  title: string;
  command: string;
  args: readonly string[];
  env?: Record<string, string>;
  /** Why the stage can't run here; undefined: it can. Asked when its turn has come. */
  missing?: () => string | undefined | Promise<string | undefined>;
  /** Reads what the stage counted; without it the stage itself counts as one. */
  tally?: () => Tally;
}

const root = import.meta.dirname;
const only = parseArgs({ options: { only: { type: "string" } } }).values.only?.split(",");
const reports = mkdtempSync(path.join(tmpdir(), "sluice-reports-"));
process.once("exit", () => rmSync(reports, { recursive: true, force: true }));
const bin = (name: string) => path.join(root, "node_modules/.bin", name);

const unitReport = path.join(reports, "unit.json");
const realReport = path.join(reports, "real.json");
const clustersReport = path.join(reports, "clusters.json");
const browserReport = path.join(reports, "browser.json");

function readReport<T>(file: string): T {
  return JSON.parse(readFileSync(file, "utf8")) as T;
}

const vitestTally = (report: string) => (): Tally => {
  const { numPassedTests, numFailedTests, testResults } = readReport<{ numPassedTests: number; numFailedTests: number; testResults: { status: string; assertionResults: unknown[] }[] }>(report);
  // A file that could not even be loaded has no tests to count as failed.
  const broken = testResults.filter(({ status, assertionResults }) => status === "failed" && assertionResults.length === 0).length;
  return { passed: numPassedTests, failed: numFailedTests + broken };
};

function browserTally(): Tally {
  const { stats, errors } = readReport<{ stats: { expected: number; unexpected: number; flaky: number }; errors: unknown[] }>(browserReport);
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky + errors.length };
}

function browserMissing(): string | undefined {
  const browser = process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium";
  if (!existsSync(browser)) return `no Chromium at ${browser}: install it or set CHROMIUM_PATH`;
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

const stages: readonly Stage[] = [
  { name: "types", title: "types", command: bin("tsc"), args: ["-p", "tsconfig.json"] },
  { name: "console-types", title: "types of the console", command: bin("tsc"), args: ["-p", "apps/web/tsconfig.json"] },
  { name: "lint", title: "lint", command: bin("oxlint"), args: ["--type-aware"] },
  { name: "unused", title: "unused code", command: bin("knip"), args: [] },
  // The story's tests each start a demo; one build before them serves all.
  { name: "console", title: "the console's production build", command: process.execPath, args: ["demo/src/build-console.ts"] },
  {
    name: "unit",
    title: "unit, integration and story tests",
    command: bin("vitest"),
    args: ["run", "--project=!real-api-servers", "--reporter=default", "--reporter=json", `--outputFile.json=${unitReport}`],
    tally: vitestTally(unitReport),
  },
  {
    name: "real-programs",
    title: "what real API servers and clusters are made of",
    command: process.execPath,
    args: ["e2e/clusters/main.ts", "build"],
    missing: buildMissing,
  },
  {
    name: "real-api-servers",
    title: "tests on real API servers",
    command: bin("vitest"),
    args: ["run", "--project=real-api-servers", "--reporter=default", "--reporter=json", `--outputFile.json=${realReport}`],
    missing: apiServersMissing,
    tally: vitestTally(realReport),
  },
  {
    name: "browser",
    title: "browser tests",
    command: bin("playwright"),
    args: ["test", "--config", "e2e/playwright.config.ts", "--reporter=list,json"],
    env: { PLAYWRIGHT_JSON_OUTPUT_NAME: browserReport },
    missing: browserMissing,
    tally: browserTally,
  },
  {
    name: "real-clusters",
    title: "tests on real clusters",
    command: bin("vitest"),
    args: ["run", "--config", "e2e/real.vitest.config.ts", "--reporter=verbose", "--reporter=json", `--outputFile.json=${clustersReport}`],
    missing: clustersMissing,
    tally: vitestTally(clustersReport),
  },
];

function run(stage: Stage): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(stage.command, stage.args, { cwd: root, env: { ...process.env, ...stage.env }, stdio: ["ignore", "inherit", "inherit"] });
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

function tallyOf(stage: Stage, code: number): Tally {
  if (stage.tally === undefined) return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  try {
    const tally = stage.tally();
    // Red without a failed test (a leaked handle, a crash after the last test) is red all the same.
    return code !== 0 && tally.failed === 0 ? { ...tally, failed: 1 } : tally;
  } catch {
    return { passed: 0, failed: 1 };
  }
}

const unknown = only?.filter((name) => !stages.some((stage) => stage.name === name)) ?? [];
if (unknown.length > 0) {
  console.error(`--only names ${unknown.join(", ")}; known are ${stages.map(({ name }) => name).join(", ")}`);
  process.exit(2);
}
const total: Tally = { passed: 0, failed: 0 };
const lines: string[] = [];
for (const stage of stages.filter(({ name }) => only?.includes(name) ?? true)) {
  const missing = await stage.missing?.();
  if (missing !== undefined) {
    lines.push(`skipped   ${stage.title}: ${missing}`);
    continue;
  }
  console.log(`\n== ${stage.title}`);
  const startedMs = performance.now();
  const tally = tallyOf(stage, await run(stage));
  total.passed += tally.passed;
  total.failed += tally.failed;
  lines.push(`${tally.failed === 0 ? "passed" : "FAILED"}    ${stage.title}: ${tally.passed} passed, ${tally.failed} failed, ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
}
console.log(`\n${lines.join("\n")}\n\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;

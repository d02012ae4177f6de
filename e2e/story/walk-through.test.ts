import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Ground, startGround } from "../ground/ground.ts";
import { findKubectl } from "../ground/kubectl.ts";
import { matchesOutput, parseWalkThrough } from "./parse-walk-through.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const readSteps = (name: string) => parseWalkThrough(readFileSync(path.join(root, "examples/cluster-upgrade", name), "utf8"));
const steps = readSteps("README.md");

test("the walk-through has the same commands and outputs in both languages", () => {
  const told = (name: string) => readSteps(name).map(({ script, outputs }) => ({ script, outputs }));
  expect(told("README.zh-CN.md")).toEqual(told("README.md"));
  expect(steps.length).toBeGreaterThan(5);
  expect(steps.filter(({ outputs }) => outputs.length === 0)).toEqual([]);
});

const kubectl = findKubectl();
if (kubectl === undefined) console.info("skipped: the walk-through needs kubectl (set KUBECTL_PATH or put it on PATH)");

/** The steps in order, each in a shell that begins in the folder where the one before ended, as in a reader's terminal. */
describe.skipIf(kubectl === undefined)("the walk-through", () => {
  let ground: Ground;
  let folder: string;
  let workingFolder = root;
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "sluice-walk-through-"));
    if (kubectl !== undefined && kubectl !== "kubectl") symlinkSync(path.resolve(kubectl), path.join(folder, "kubectl"));
    ground = await startGround({ members: ["1-23", "1-25"], workloads: false });
  }, 240_000);
  afterAll(async () => {
    await ground?.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  const run = (script: string) =>
    new Promise<string>((resolve, reject) => {
      const whereFile = path.join(folder, "pwd");
      const environment = { ...process.env, KUBECONFIG: ground.kubeconfig, HOME: folder, PATH: `${folder}${path.delimiter}${process.env["PATH"]}` };
      const text = `exec 2>&1\nset -e\n${script}\npwd > "${whereFile}"\n`;
      execFile("sh", ["-c", text], { cwd: workingFolder, env: environment, timeout: 150_000 }, (error, stdout) => {
        if (error !== null) return reject(new Error(`it ended with ${error.code ?? error.signal}, after printing:\n${stdout}`));
        workingFolder = readFileSync(whereFile, "utf8").trim();
        resolve(stdout);
      });
    });

  test.for(steps.map((step) => [`${step.heading} (line ${step.line})`, step] as const))("%s", { timeout: 180_000 }, async ([, { script, outputs }]) => {
    const printed = await run(script);
    const right = outputs.find((expected) => matchesOutput(expected, printed));
    expect(right, `it printed:\n${printed}\nexpected:\n${outputs.join("\nor:\n")}`).toBeDefined();
  });
});

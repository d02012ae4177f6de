import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Ground, startGround } from "../ground/ground.ts";
import { findKubectl } from "../ground/kubectl.ts";
import { Terminal } from "../ground/terminal.ts";
import { parseWalkThrough, unexpectedOutput } from "./parse-walk-through.ts";

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
  let terminal: Terminal;
  beforeAll(async () => {
    ground = await startGround({ members: ["1-23", "1-25"], workloads: false });
    terminal = new Terminal({ folder: root, kubeconfig: ground.kubeconfig, programs: { kubectl: kubectl ?? "" } });
  }, 240_000);
  afterAll(async () => {
    terminal?.close();
    await ground?.stop();
  }, 60_000);

  test.for(steps.map((step) => [`${step.heading} (line ${step.line})`, step] as const))("%s", { timeout: 180_000 }, async ([, { script, outputs }]) => {
    const printed = await terminal.run(script);
    expect(unexpectedOutput(outputs, printed)).toBeUndefined();
  });
});

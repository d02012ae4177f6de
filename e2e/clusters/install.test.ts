import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Terminal } from "../ground/terminal.ts";
import { parseWalkThrough, unexpectedOutput } from "../story/parse-walk-through.ts";
import { type RealGround, startRealGround } from "./ground.ts";
import { loadProductImages, openTerminal } from "./install.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const steps = parseWalkThrough(readFileSync(path.join(root, "docs/install.md"), "utf8"));

test("every step of docs/install.md names a cluster and has an output, or leaves a file", () => {
  expect(steps.length).toBeGreaterThan(8);
  expect(steps.filter(({ script }) => !script.includes("--context") && !script.includes("--kube-context"))).toEqual([]);
  expect(steps.filter(({ script, outputs }) => outputs.length === 0 && !script.includes("> $cluster.kubeconfig"))).toEqual([]);
});

describe("docs/install.md", () => {
  let ground: RealGround;
  let terminal: Terminal;
  /** The first step that went wrong: those after it would only wait for what it did not do. */
  let broken: string | undefined;
  beforeAll(async () => {
    ground = await startRealGround(["control-plane", "1-23", "1-25"]);
    // Clusters of somebody else pull the images from where these were pushed.
    if (ground.folder !== undefined) await loadProductImages(ground.folder, console.info);
    terminal = openTerminal(ground.kubeconfig);
  });
  afterAll(async () => {
    terminal?.close();
    await ground?.stop();
  }, 150_000);

  test.for(steps.map((step) => [`${step.heading} (line ${step.line})`, step] as const))("%s", { timeout: 1_200_000 }, async ([name, { script, outputs }]) => {
    if (broken !== undefined) throw new Error(`not tried, since "${broken}" failed`);
    broken = name;
    expect(unexpectedOutput(outputs, await terminal.run(script, 1_100_000))).toBeUndefined();
    broken = undefined;
  });
});

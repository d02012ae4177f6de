import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadProductImages } from "../clusters/install.ts";
import { findKubectl } from "../ground/kubectl.ts";
import { Terminal } from "../ground/terminal.ts";
import { parseWalkThrough, unexpectedOutput } from "./parse-walk-through.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const steps = parseWalkThrough(readFileSync(path.join(root, "docs/install.md"), "utf8"));

test("every step of docs/install.md names a cluster and has an output, or leaves a file", () => {
  expect(steps.length).toBeGreaterThan(8);
  expect(steps.filter(({ script }) => !script.includes("--context") && !script.includes("--kube-context"))).toEqual([]);
  expect(steps.filter(({ script, outputs }) => outputs.length === 0 && !script.includes("> $cluster.kubeconfig"))).toEqual([]);
});

const kubeconfig = process.env["SLUICE_E2E_KUBECONFIG"] ?? path.join(root, ".sluice/kubernetes/kubeconfig");
const missing = existsSync(kubeconfig) ? undefined : `no real clusters: "npm run clusters -- up" starts them, or SLUICE_E2E_KUBECONFIG names some (contexts control-plane, 1-23 and 1-25)`;
if (missing !== undefined) console.info(`skipped: docs/install.md is executed on real clusters; ${missing}`);

describe.skipIf(missing !== undefined)("docs/install.md", () => {
  let terminal: Terminal;
  beforeAll(async () => {
    // Clusters of somebody else pull the images from where these were pushed.
    if (process.env["SLUICE_E2E_KUBECONFIG"] === undefined) await loadProductImages(path.dirname(kubeconfig), console.info);
    const kubectl = findKubectl() ?? "kubectl";
    terminal = new Terminal({ folder: root, kubeconfig, programs: { kubectl, helm: process.env["HELM_PATH"] ?? "helm" } });
  }, 900_000);
  afterAll(() => terminal.close());

  test.for(steps.map((step) => [`${step.heading} (line ${step.line})`, step] as const))("%s", { timeout: 1_200_000 }, async ([, { script, outputs }]) => {
    const printed = await terminal.run(script, 1_100_000);
    expect(unexpectedOutput(outputs, printed)).toBeUndefined();
  });
});

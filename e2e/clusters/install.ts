import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { Terminal } from "../ground/terminal.ts";
import { parseWalkThrough, unexpectedOutput, type WalkThroughStep } from "../story/parse-walk-through.ts";
import { otherProgram } from "./build/programs.ts";
import { anyKubectl } from "./ground.ts";
import { makeProductImages } from "./images/product-images.ts";
import { loadImages } from "./load-images.ts";

const root = path.resolve(import.meta.dirname, "../..");
/** Where the joined members have everything, and the story begins. */
const headingAfter = "A first split";
const stepMsMax = 1_100_000;

/** The product's images as this checkout makes them, on every node of the clusters in `folder`. */
export async function loadProductImages(folder: string, log: (line: string) => void): Promise<void> {
  await loadImages(folder, await makeProductImages(path.join(folder, "product")), log);
}

/** Where docs/install.md is carried out: as at the top of the repository, but the files that it writes lie elsewhere. */
export function openTerminal(kubeconfig: string): Terminal {
  const programs = { kubectl: anyKubectl(), helm: process.env["HELM_PATH"] ?? [otherProgram("helm").file].find(existsSync) ?? "helm" };
  return new Terminal({ folder: root, aside: true, kubeconfig, programs });
}

/**
 * Carries out a step; answers what was not as it says, undefined if all was. kubectl complains when the empty message by which a
 * stream begins comes before it has made its end of it (client-go `tools/remotecommand/websocket.go`), which loses nothing.
 */
export async function carryOut(terminal: Terminal, { script, outputs }: WalkThroughStep): Promise<string | undefined> {
  const text = await terminal.run(script, stepMsMax);
  return unexpectedOutput(outputs, text.replaceAll(/^E\d{4} .* Unknown stream id \d+, discarding message\n/gm, ""));
}

/** Loads the product's images and carries out docs/install.md as far as the joined members. Throws at the first step that goes wrong. */
export async function install(folder: string, log: (line: string) => void): Promise<void> {
  await loadProductImages(folder, log);
  const steps = parseWalkThrough(readFileSync(path.join(root, "docs/install.md"), "utf8"));
  const end = steps.findIndex(({ heading }) => heading === headingAfter);
  if (end < 1) throw new Error(`docs/install.md has no heading "${headingAfter}" after the steps of an installation`);
  const terminal = openTerminal(path.join(folder, "kubeconfig"));
  try {
    for (const step of steps.slice(0, end)) {
      log(`${step.heading} (docs/install.md, line ${step.line})`);
      const wrong = await carryOut(terminal, step);
      if (wrong !== undefined) throw new Error(wrong);
    }
  } finally {
    terminal.close();
  }
}

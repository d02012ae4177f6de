import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { ExtraCluster } from "../browser/console-ground.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Why the browser's scenarios can't be played on this machine; undefined: they can. */
export function noBrowser(): string | undefined {
  const browser = process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium";
  return existsSync(browser) ? undefined : `no Chromium at ${browser}: install it or set CHROMIUM_PATH`;
}

/**
 * Plays those of the browser's scenarios that are marked for real clusters on the console that Helm installed, where `extra`
 * has a member's parts and is not joined. Answers what was printed: a line for each, with its time, and how many passed. Throws
 * that when one failed.
 */
export async function playBrowser(kubeconfig: string, extra: Omit<ExtraCluster, "stop">): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), "sluice-browser-"));
  try {
    const extraCluster = path.join(folder, "extra-cluster.json");
    writeFileSync(extraCluster, JSON.stringify(extra), { mode: 0o600 });
    const env = { ...process.env, SLUICE_E2E_KUBECONFIG: kubeconfig, SLUICE_E2E_EXTRA_CLUSTER: extraCluster };
    const child = spawn(path.join(root, "node_modules/.bin/playwright"), ["test", "--config", "e2e/real.playwright.config.ts", "--reporter=list"], { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
    let printed = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (printed += chunk.toString()));
    const [code] = (await once(child, "close")) as [number | null];
    if (code !== 0) throw new Error(`Playwright ended with ${code}:\n${printed}`);
    return printed;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

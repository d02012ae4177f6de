import { spawnSync } from "node:child_process";

/** Path of the helm binary: `HELM_PATH`, else the first on PATH, else undefined. */
export function findHelm(): string | undefined {
  for (const candidate of [process.env["HELM_PATH"], "helm"]) {
    if (candidate !== undefined && spawnSync(candidate, ["version"], { stdio: "ignore" }).status === 0) return candidate;
  }
  return undefined;
}

/** Runs helm; answers its exit status and what it printed. */
export function runHelm(helm: string, args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(helm, args, { encoding: "utf8", maxBuffer: 16 * 1024 * 1024 });
}

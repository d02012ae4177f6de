import { execFile, execFileSync, spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findBuiltKubectls } from "../src/real-api-server/find-assets.ts";

export interface KubectlResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** The kubectl to test with: KUBECTL_PATH, or the one in PATH; undefined (with the reason printed) when there is none. */
export function findKubectl(): string | undefined {
  const path = process.env["KUBECTL_PATH"] ?? "kubectl";
  try {
    execFileSync(path, ["version", "--client"], { stdio: "ignore", timeout: 20_000 });
    return path;
  } catch {
    console.warn(`kubectl tests are skipped: ${JSON.stringify(path)} does not run; put kubectl into PATH or name it by KUBECTL_PATH`);
    return undefined;
  }
}

/** What kubectl's tests run with: the one of `findKubectl`, and those that were built into the cache. Without any one without a path, whose tests are skipped. */
export function kubectlsToTest(): { version: string; path: string | undefined }[] {
  const built = findBuiltKubectls();
  const path = findKubectl();
  const known = path === undefined ? built.length > 0 : built.some((kubectl) => kubectl.path === path);
  return known ? built : [{ version: path ?? "(none)", path }, ...built];
}

/** kubectl as a process, with a kubeconfig, a home and a cache of its own. */
export class Kubectl {
  readonly #path: string;
  readonly #dir: string;

  constructor(path: string, kubeconfig: string) {
    this.#path = path;
    this.#dir = mkdtempSync(join(tmpdir(), "sluice-kubectl-"));
    writeFileSync(join(this.#dir, "kubeconfig"), kubeconfig, { mode: 0o600 });
  }

  /** Runs it to its end; `input` goes to its standard input. Never rejects for an exit code. */
  run(args: readonly string[], input?: string, environment: Record<string, string> = {}): Promise<KubectlResult> {
    return new Promise((resolve) => {
      const child = execFile(this.#path, args, { env: { ...this.#environment(), ...environment }, timeout: 30_000 }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : typeof error.code === "number" ? error.code : 1, stdout, stderr });
      });
      child.stdin?.end(input ?? "");
    });
  }

  /** Runs it and returns its output; throws with its errors when it fails. */
  async output(args: readonly string[], input?: string, environment: Record<string, string> = {}): Promise<string> {
    const result = await this.run(args, input, environment);
    if (result.code !== 0) throw new Error(`kubectl ${args.join(" ")} ended with ${result.code}: ${result.stderr}`);
    return result.stdout;
  }

  /** Starts one that goes on (`get -w`); the caller ends it. */
  start(args: readonly string[]): ChildProcess {
    return spawn(this.#path, args, { env: this.#environment(), stdio: ["ignore", "pipe", "inherit"] });
  }

  file(name: string, text: string, mode = 0o600): string {
    const path = join(this.#dir, name);
    writeFileSync(path, text, { mode });
    return path;
  }

  close(): void {
    rmSync(this.#dir, { recursive: true, force: true });
  }

  #environment(): Record<string, string> {
    return { PATH: process.env["PATH"] ?? "", HOME: this.#dir, KUBECONFIG: join(this.#dir, "kubeconfig"), KUBECACHEDIR: join(this.#dir, "cache") };
  }
}

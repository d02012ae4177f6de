import { spawn } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { withLock } from "../lock.ts";
import { kubernetesAssets, kubernetesMinors, otherProgram } from "./programs.ts";
import type { Program } from "./programs.ts";

interface BuildOptions {
  signal?: AbortSignal;
  /** Told what is being built and how long it took. */
  log?: (line: string) => void;
}

/** Where Go is: on PATH, or where its own installer puts it. */
export function goProgram(): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(path.delimiter), "/usr/local/go/bin"];
  return folders.map((folder) => path.join(folder, "go")).find((file) => existsSync(file));
}

/**
 * Builds those of `programs` that are not yet in the cache, one after the other, and links etcd beside the programs of
 * Kubernetes. Two builders at once: the second one waits and finds the work done. Throws with the compiler's output.
 */
export async function buildPrograms(programs: readonly Program[], { signal, log = () => {} }: BuildOptions = {}): Promise<void> {
  for (const program of programs) {
    signal?.throwIfAborted();
    if (existsSync(program.file)) continue;
    const waits = () => log(`${program.name} ${program.version}: another process builds it, waiting`);
    await withLock(`${program.file}.lock`, waits, () => build(program, log, signal), signal);
  }
  for (const minor of kubernetesMinors) linkEtcd(kubernetesAssets(minor));
}

async function build(program: Program, log: (line: string) => void, signal?: AbortSignal): Promise<void> {
  if (existsSync(program.file)) return;
  const go = goProgram();
  if (go === undefined) throw new Error(`${program.name} is built from its Go module, and there is no Go: install Go 1.26 or newer to /usr/local/go or put it on PATH`);
  const startedMs = performance.now();
  log(`${program.name} ${program.version}: building from its Go module`);
  const half = `${program.file}.${process.pid}.half`;
  mkdirSync(path.dirname(program.file), { recursive: true });
  try {
    const args = ["build", "-p", "2", "-trimpath", "-buildvcs=false", "-ldflags", `-s -w ${program.ldflags}`, "-o", half, program.package];
    await run(go, args, program.directory, signal);
    renameSync(half, program.file);
  } finally {
    rmSync(half, { force: true });
  }
  log(`${program.name} ${program.version}: built in ${((performance.now() - startedMs) / 1000).toFixed(0)} s`);
}

function run(command: string, args: readonly string[], cwd: string, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { HOME: homedir(), ...process.env, CGO_ENABLED: "0", GOFLAGS: "-mod=readonly" }, stdio: ["ignore", "inherit", "pipe"], ...(signal && { signal }) });
    let errors = "";
    child.stderr.on("data", (chunk: Buffer) => (errors = (errors + chunk.toString("utf8")).slice(-8000)));
    child.once("error", reject);
    child.once("close", (code) => (code === 0 ? resolve() : reject(new Error(`go ${args.join(" ")} in ${cwd} ended with ${code}:\n${errors}`))));
  });
}

/** kubebuilder's convention wants kube-apiserver, etcd and kubectl in one folder. */
function linkEtcd(assets: string): void {
  const { file } = otherProgram("etcd");
  if (!existsSync(file) || !existsSync(assets)) return;
  try {
    symlinkSync(file, path.join(assets, "etcd"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

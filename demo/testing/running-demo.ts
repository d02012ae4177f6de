import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const readyMsMax = 300_000;
const endMsMax = 30_000;
const endings = ["SIGINT", "SIGTERM"] as const;
const root = path.resolve(import.meta.dirname, "../..");

export interface RunningDemo {
  /** Address of the console. */
  url: string;
  kubeconfig: string;
  /** From the start of the process to the line that names the console. */
  readyMs: number;
  pid: number;
  stop(): Promise<void>;
}

/** Starts `npm run demo`'s program on free ports with its state in a folder of its own. Throws with its output when it does not get ready. */
export async function startDemo(flags: readonly string[] = []): Promise<RunningDemo> {
  const folder = mkdtempSync(path.join(tmpdir(), "sluice-bench-"));
  const startedMs = performance.now();
  const child = spawn(process.execPath, ["demo/src/main.ts", "--dir", folder, "--port", "0", ...flags], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  const stop = async () => {
    for (const signal of endings) process.off(signal, stopAndEnd);
    await end(child);
    rmSync(folder, { recursive: true, force: true });
  };
  // A benchmark that is interrupted ends what it started.
  const stopAndEnd = (signal: NodeJS.Signals) => void stop().finally(() => process.kill(process.pid, signal));
  for (const signal of endings) process.once(signal, stopAndEnd);
  try {
    const { url, kubeconfig } = await untilReady(child);
    return { url, kubeconfig, readyMs: performance.now() - startedMs, pid: child.pid ?? 0, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function untilReady(child: ChildProcess): Promise<{ url: string; kubeconfig: string }> {
  return new Promise((resolve, reject) => {
    let output = "";
    const timer = setTimeout(() => reject(new Error(`the demo was not ready within ${readyMsMax / 1000} s:\n${output}`)), readyMsMax);
    const look = (chunk: Buffer) => {
      output += chunk.toString();
      const url = /Console\s+(http:\/\/\S+)/.exec(output)?.[1];
      const kubeconfig = /export KUBECONFIG=(\S+)/.exec(output)?.[1];
      if (url === undefined || kubeconfig === undefined) return;
      clearTimeout(timer);
      resolve({ url, kubeconfig });
    };
    child.stdout?.on("data", look);
    child.stderr?.on("data", look);
    child.once("exit", (code) => {
      clearTimeout(timer);
      reject(new Error(`the demo ended with ${code}:\n${output}`));
    });
  });
}

function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const hard = setTimeout(() => child.kill("SIGKILL"), endMsMax);
    child.once("exit", () => {
      clearTimeout(hard);
      resolve();
    });
    child.kill("SIGTERM");
  });
}

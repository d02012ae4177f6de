import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Kubectl, findKubectl } from "./kubectl.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

export interface GroundOptions {
  /** Member clusters by name. */
  members: readonly string[];
  /** True: with the demo's services and steady callers. */
  workloads: boolean;
  /** As on a system that has no loopback address but 127.0.0.1. */
  singleAddress?: boolean;
}

/** A whole Sluice as a user starts it (`npm run demo`), in a folder of its own that ends with it. */
export interface Ground {
  /** Address of the console. */
  url: string;
  kubeconfig: string;
  /** kubectl for a cluster by its name; `control-plane` for the control plane. */
  kubectl(context: string): Kubectl;
  /** Everything that the demo printed so far. */
  output(): string;
  /** The demo's own process id. */
  pid: number;
  stop(): Promise<void>;
}

const readyBoundMs = 180_000;

/** Starts the demo on free ports and waits until it says that it is ready. Throws with its output otherwise. */
export async function startGround(options: GroundOptions): Promise<Ground> {
  const binary = findKubectl();
  if (binary === undefined) throw new Error("no kubectl: set KUBECTL_PATH");
  const folder = mkdtempSync(join(tmpdir(), "sluice-ground-"));
  const args = ["demo/src/main.ts", "--dir", folder, "--port", "0", "--members", options.members.join(",")];
  if (options.singleAddress === true) args.push("--single-address");
  if (!options.workloads) args.push("--no-workloads");
  const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const stop = async () => {
    await endProcess(child);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const { url, kubeconfig } = await whenReady(child, () => text);
    const clients = new Map<string, Kubectl>();
    const kubectl = (context: string) => {
      const known = clients.get(context) ?? new Kubectl(binary, kubeconfig, context, join(folder, "home"));
      clients.set(context, known);
      return known;
    };
    return { url, kubeconfig, kubectl, output: () => text, pid: child.pid ?? 0, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function whenReady(child: ChildProcess, text: () => string): Promise<{ url: string; kubeconfig: string }> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the demo was not ready within ${readyBoundMs} ms:\n${text()}`)), readyBoundMs);
    const look = () => {
      const url = /Console\s+(http:\/\/\S+)/.exec(text())?.[1];
      const kubeconfig = /export KUBECONFIG=(\S+)/.exec(text())?.[1];
      if (url === undefined || kubeconfig === undefined) return;
      clearTimeout(timer);
      resolve({ url, kubeconfig });
    };
    child.stdout?.on("data", look);
    child.once("exit", (code) => {
      clearTimeout(timer);
      reject(new Error(`the demo ended with ${code}:\n${text()}`));
    });
  });
}

function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const hard = setTimeout(() => child.kill("SIGKILL"), 30_000);
    child.once("exit", () => {
      clearTimeout(hard);
      resolve();
    });
    child.kill("SIGTERM");
  });
}

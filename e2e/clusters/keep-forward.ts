import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { anyKubectl } from "./ground.ts";

const pauseMs = 500;

export interface Forward {
  /** Where this machine reaches the console; stays the same. */
  origin: string;
  close(): Promise<void>;
}

/**
 * Forwards a port of this machine to the console that Helm installed into cluster control-plane, as its users do. A forward
 * that ends with its pod is begun again until it is closed. Throws when the first one can't be had.
 */
export async function keepForward(kubeconfig: string): Promise<Forward> {
  let forward = begin(kubeconfig, "");
  const port = await listeningPort(forward);
  if (port === undefined) throw new Error("kubectl port-forward ended before it listened");
  const closing = new AbortController();
  const kept = (async () => {
    for (;;) {
      if (forward.exitCode === null && forward.signalCode === null) await once(forward, "exit");
      if (closing.signal.aborted) return;
      await pause(pauseMs);
      forward = begin(kubeconfig, port);
      if (closing.signal.aborted) forward.kill();
    }
  })();
  const close = async () => {
    closing.abort();
    forward.kill();
    await kept;
  };
  return { origin: `http://127.0.0.1:${port}`, close };
}

function begin(kubeconfig: string, port: string): ChildProcess {
  const args = ["--kubeconfig", kubeconfig, "--context", "control-plane", "port-forward", "-n", "sluice-system", "deployment/sluice", `${port}:3000`];
  // The first one tells the port, or what is wrong; afterwards it only complains of what it heals.
  return spawn(anyKubectl(), args, { stdio: port === "" ? ["ignore", "pipe", "inherit"] : "ignore" });
}

/** Undefined: it has ended before. */
async function listeningPort(forward: ChildProcess): Promise<string | undefined> {
  if (forward.stdout === null) throw new Error("unreachable: its output is a pipe");
  const lines = createInterface({ input: forward.stdout });
  const first = await Promise.race([once(lines, "line"), once(forward, "exit").then(() => [])]);
  // What it says later is of no use, but has to go somewhere.
  lines.on("line", () => {});
  return /127\.0\.0\.1:(\d+)/.exec(String(first[0]))?.[1];
}

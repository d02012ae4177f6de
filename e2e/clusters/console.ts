import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { anyKubectl } from "./ground.ts";

/** The console's calls, as its pages make them. */
export interface Console {
  /** Answers what was read; throws with the console's words. */
  query<T>(procedure: string, input: unknown): Promise<T>;
  /** As `query`, for what changes something. */
  mutate<T>(procedure: string, input: unknown): Promise<T>;
  close(): void;
}

/** Forwards a port of this machine to the console that Helm installed into cluster control-plane, as its users do. */
export async function forwardConsole(kubeconfig: string): Promise<Console> {
  const args = ["--kubeconfig", kubeconfig, "--context", "control-plane", "port-forward", "-n", "sluice-system", "deployment/sluice", ":3000"];
  const forward = spawn(anyKubectl(), args, { stdio: ["ignore", "pipe", "inherit"] });
  const lines = createInterface({ input: forward.stdout });
  const first = await Promise.race([once(lines, "line"), once(forward, "exit").then(() => [])]);
  const port = /127\.0\.0\.1:(\d+)/.exec(String(first[0]))?.[1];
  if (port === undefined) throw new Error(`kubectl port-forward said ${String(first[0])}`);
  // What it says later is of no use, but has to go somewhere.
  lines.on("line", () => {});
  const origin = `http://127.0.0.1:${port}`;
  const ask = async <T>(address: string, init: RequestInit): Promise<T> => {
    const response = await fetch(address, init);
    const text = await response.text();
    if (!response.ok) throw new Error(`${address} answered ${response.status}: ${text}`);
    return (JSON.parse(text) as { result: { data: T } }).result.data;
  };
  return {
    query: (procedure, input) => ask(`${origin}/trpc/${procedure}?input=${encodeURIComponent(JSON.stringify(input))}`, {}),
    mutate: (procedure, input) => ask(`${origin}/trpc/${procedure}`, { method: "POST", headers: { "content-type": "application/json", origin }, body: JSON.stringify(input) }),
    close: () => void forward.kill(),
  };
}

import { execFile } from "node:child_process";

interface RunOptions {
  input?: string;
  /** Default 120 s; then the program is ended and the call throws. */
  timeoutMs?: number;
  cwd?: string;
  /** Ends the program; the call then throws. */
  signal?: AbortSignal;
}

/** Runs a program to its end and answers its standard output; throws with its standard error. */
export function run(command: string, args: readonly string[], { input = "", timeoutMs = 120_000, cwd, signal }: RunOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(command, args, { timeout: timeoutMs, maxBuffer: 64 * 1024 * 1024, ...(cwd !== undefined && { cwd }), ...(signal !== undefined && { signal }) }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${command} ${args.join(" ")}: ${stderr.trim() || stdout.trim() || error.message}`, { cause: error }));
    });
    // A program that ends without reading its input is no failure of ours.
    child.stdin?.on("error", () => {}).end(input);
  });
}

import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process";

/** Path of the kubectl binary: `KUBECTL_PATH`, else the first on PATH, else undefined. */
export function findKubectl(): string | undefined {
  for (const candidate of [process.env["KUBECTL_PATH"], "kubectl"]) {
    if (candidate !== undefined && spawnSync(candidate, ["version", "--client"], { stdio: "ignore" }).status === 0) return candidate;
  }
  return undefined;
}

export interface KubectlResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** kubectl for one cluster of the ground: a process for every call, with a kubeconfig and a home of its own, which its caller removes. */
export class Kubectl {
  private readonly binary: string;
  private readonly environment: NodeJS.ProcessEnv;
  readonly context: string;

  constructor(binary: string, kubeconfig: string, context: string, home: string) {
    this.binary = binary;
    this.context = context;
    // A private home: kubectl caches discovery there, and tests must leave nothing in the user's.
    this.environment = { ...process.env, KUBECONFIG: kubeconfig, HOME: home };
  }

  /** Runs and answers whatever the outcome; `input` goes to standard input. Ends by itself after `timeoutMs`. */
  try(args: readonly string[], options: { input?: string; timeoutMs?: number } = {}): Promise<KubectlResult> {
    return new Promise((resolve) => {
      const child = execFile(
        this.binary,
        ["--context", this.context, ...args],
        { env: this.environment, maxBuffer: 16 * 1024 * 1024, timeout: options.timeoutMs ?? 60_000 },
        (error, stdout, stderr) => {
          const code = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
          resolve({ code, stdout, stderr });
        },
      );
      child.stdin?.end(options.input ?? "");
    });
  }

  /** Runs and answers standard output; throws with standard error when kubectl fails. */
  async run(args: readonly string[], options: { input?: string; timeoutMs?: number } = {}): Promise<string> {
    const { code, stdout, stderr } = await this.try(args, options);
    if (code !== 0) throw new Error(`kubectl --context ${this.context} ${args.join(" ")} ended with ${code}: ${stderr || stdout}`);
    return stdout;
  }

  /** Starts what goes on until it is killed; its output is a pipe. */
  start(args: readonly string[]): ChildProcess {
    return spawn(this.binary, ["--context", this.context, ...args], { env: this.environment, stdio: ["ignore", "pipe", "inherit"] });
  }

  apply(manifest: string): Promise<string> {
    return this.run(["apply", "-f", "-"], { input: manifest });
  }

  async json<T>(args: readonly string[]): Promise<T> {
    return JSON.parse(await this.run([...args, "-o", "json"])) as T;
  }
}

import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, mkdirSync, type WriteStream } from "node:fs";
import { dirname } from "node:path";

export interface SupervisedProcess {
  readonly pid: number | undefined;
  /** SIGTERM, then SIGKILL after 10 s; resolves when it is gone. */
  stop(): Promise<void>;
}

export interface SupervisedOptions {
  name: string;
  /** Arguments of node. */
  args: readonly string[];
  cwd: string;
  env: Record<string, string>;
  /** File that gets its output, appended. */
  log: string;
  /** Told when it ended by itself and is about to be started again. */
  onRestart: (message: string) => void;
}

const graceMs = 10_000;
const restartDelayMsMax = 10_000;

/** Starts a node program and starts it again, with backoff, whenever it ends by itself. */
export function startSupervised(options: SupervisedOptions): SupervisedProcess {
  return new Supervised(options);
}

class Supervised implements SupervisedProcess {
  readonly #options: SupervisedOptions;
  readonly #log: WriteStream;
  #child: ChildProcess | undefined;
  #restart: NodeJS.Timeout | undefined;
  #failures = 0;
  #stopping = false;

  constructor(options: SupervisedOptions) {
    this.#options = options;
    mkdirSync(dirname(options.log), { recursive: true });
    this.#log = createWriteStream(options.log, { flags: "a" });
    this.#start();
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  #start(): void {
    const startedMs = Date.now();
    const preload = new URL("end-with-parent.ts", import.meta.url).href;
    const child = spawn(process.execPath, ["--import", preload, ...this.#options.args], {
      cwd: this.#options.cwd,
      env: { ...process.env, ...this.#options.env },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    this.#child = child;
    child.stdout?.pipe(this.#log, { end: false });
    child.stderr?.pipe(this.#log, { end: false });
    child.once("exit", (code, signal) => {
      if (this.#stopping) return;
      this.#failures = Date.now() - startedMs > restartDelayMsMax ? 1 : this.#failures + 1;
      const delayMs = Math.min(250 * 2 ** (this.#failures - 1), restartDelayMsMax);
      this.#options.onRestart(`${this.#options.name} ended (${signal ?? code}); it starts again in ${delayMs} ms. Its log: ${this.#options.log}`);
      this.#restart = setTimeout(() => this.#start(), delayMs);
    });
  }

  stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#restart);
    const child = this.#child;
    return new Promise((resolve) => {
      const gone = () => this.#log.end(() => resolve());
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) {
        gone();
        return;
      }
      const hard = setTimeout(() => child.kill("SIGKILL"), graceMs);
      child.once("exit", () => {
        clearTimeout(hard);
        gone();
      });
      child.kill("SIGTERM");
    });
  }
}

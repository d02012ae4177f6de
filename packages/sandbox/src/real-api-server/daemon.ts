import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/** Under load of a whole test run a start takes many times the few seconds of an idle machine. */
const readyMsMax = 90_000;
const stopMsMax = 20_000;
const pollMs = 50;
const logLinesShown = 20;
const setpriv = "/usr/bin/setpriv";

export interface DaemonOptions {
  readonly program: string;
  readonly args: readonly string[];
  /** File that takes both outputs, from the beginning with each start. */
  readonly logFile: string;
  readonly cwd: string;
  /** True when it serves; asked again and again. */
  readonly isReady: () => Promise<boolean>;
}

/** A program that serves until it is stopped. On Linux it ends with this process, however that ends. */
export class Daemon {
  readonly #options: DaemonOptions;
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;

  private constructor(options: DaemonOptions) {
    const { program, args, logFile, cwd } = options;
    this.#options = options;
    const log = openSync(logFile, "w", 0o600);
    // setpriv keeps the pid: it becomes the program.
    const [command, all] = existsSync(setpriv) ? [setpriv, ["--pdeathsig", "KILL", program, ...args]] : [program, args];
    this.#child = spawn(command, all, { cwd, stdio: ["ignore", log, log], env: { PATH: process.env["PATH"], HOME: cwd } });
    closeSync(log);
    this.#exited = new Promise((resolve) => {
      this.#child.once("exit", () => resolve());
      this.#child.once("error", () => resolve());
    });
  }

  /** Resolves when it is ready; rejects with the end of its log when it exits before, or is not ready within 90 s. */
  static async start(options: DaemonOptions): Promise<Daemon> {
    const daemon = new Daemon(options);
    try {
      await daemon.#untilReady();
      return daemon;
    } catch (error) {
      await daemon.stop("SIGKILL");
      throw error;
    }
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Resolves when the process is gone; one that does not obey within 20 s is killed. */
  async stop(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    this.#child.kill(signal);
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), stopMsMax);
    await this.#exited;
    clearTimeout(timer);
  }

  async #untilReady(): Promise<void> {
    const { program, isReady } = this.#options;
    let ended = false;
    void this.#exited.then(() => (ended = true));
    for (const end = Date.now() + readyMsMax; Date.now() < end; await delay(pollMs)) {
      if (ended) throw new Error(`${program} ended with ${this.#child.exitCode ?? this.#child.signalCode}:\n${this.#logEnd()}`);
      if (await isReady()) return;
    }
    throw new Error(`${program} is not ready after ${readyMsMax} ms:\n${this.#logEnd()}`);
  }

  #logEnd(): string {
    return readFileSync(this.#options.logFile, "utf8").trimEnd().split("\n").slice(-logLinesShown).join("\n");
  }
}

import { randomUUID } from "node:crypto";
import type { ContainerReport, ContainerState, TerminatedState } from "./container-state.ts";
import type { Loopback } from "../network/loopback.ts";
import { ContainerConfigError } from "./container-environment.ts";
import type { PreparedContainer } from "./prepare-container.ts";
import { rewritePaths, type MountedPath } from "./volumes/rewrite-paths.ts";
import { VolumeError } from "./volumes/volume-spec.ts";
import { startProcess, type ContainerProcess } from "./container-process.ts";
import { LogFile } from "./log-file.ts";
import type { Container, Probe } from "./pod-spec.ts";
import { runProbe, type ProbeTarget } from "./run-probe.ts";
import { startProbe } from "./start-probe.ts";

/** First and longest wait before a restart, ms. Kubernetes has 10 s and 300 s; people wait in front of a sandbox. */
const backoffMs = { first: 1_000, most: 30_000 };
/** A container that ran this long has its backoff forgotten. */
const healthyMs = 60_000;
const execOutputMax = 64 * 1024;

export interface ContainerRunnerOptions {
  readonly container: Container;
  readonly restartPolicy: string;
  readonly dir: string;
  readonly podIp: string;
  readonly loopback: Loopback;
  /** Why it waits before it is started, for example ContainerCreating. */
  readonly waitingReason: string;
  /** Command line and environment; rejects with ContainerConfigError or VolumeError for what can't be started. */
  readonly prepare: () => Promise<PreparedContainer>;
  readonly onChange: () => void;
  readonly onEvent: (type: "Normal" | "Warning", reason: string, message: string) => void;
}

const timeNow = (): string => new Date().toISOString().replace(/\.\d+/, "");

/** Runs one container as a process: starts, probes, restarts and ends it. */
export class ContainerRunner {
  readonly #options: ContainerRunnerOptions;
  readonly #stops: (() => void)[] = [];
  #state: ContainerState;
  #lastState: ContainerState | undefined;
  #process: ContainerProcess | undefined;
  #running: Promise<void> | undefined;
  #env: Record<string, string> = {};
  #mounts: readonly MountedPath[] = [];
  #id = "";
  #restarts = -1;
  #crashes = 0;
  #isReady = false;
  #isStarted = false;
  #stopping = false;
  #timer: NodeJS.Timeout | undefined;
  #log: LogFile | undefined;
  #previousLog: LogFile | undefined;

  constructor(options: ContainerRunnerOptions) {
    this.#options = options;
    this.#state = { waiting: { reason: options.waitingReason } };
  }

  get report(): ContainerReport {
    const { name, image } = this.#options.container;
    return {
      name,
      image,
      containerID: this.#id === "" ? "" : `process://${this.#id}`,
      state: this.#state,
      ...(this.#lastState === undefined ? {} : { lastState: this.#lastState }),
      ready: this.#isReady,
      started: this.#isStarted,
      restartCount: Math.max(0, this.#restarts),
    };
  }

  get dir(): string {
    return this.#options.dir;
  }

  get isRunning(): boolean {
    return this.#process !== undefined;
  }

  log(previous: boolean): LogFile | undefined {
    return previous ? this.#previousLog : this.#log;
  }

  start(): void {
    if (this.#stopping || this.#running !== undefined) return;
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  /** SIGTERM, then SIGKILL after `graceMs`; resolves when nothing of the container is left. */
  async stop(graceMs: number): Promise<void> {
    const isFirst = !this.#stopping;
    this.#stopping = true;
    clearTimeout(this.#timer);
    const seconds = this.#options.container.lifecycle?.preStop?.sleep?.seconds;
    const command = this.#options.container.lifecycle?.preStop?.exec?.command;
    const deadline = setTimeout(() => this.#process?.signal("SIGKILL"), graceMs);
    if (isFirst && graceMs > 0 && this.#process !== undefined) {
      if (command !== undefined) await this.execute(command, graceMs);
      if (seconds !== undefined) await Promise.race([this.#process.exited, new Promise((resolve) => setTimeout(resolve, Math.min(graceMs, seconds * 1000)).unref())]);
    }
    this.#process?.signal("SIGTERM");
    if (graceMs === 0) this.#process?.signal("SIGKILL");
    await this.#running;
    clearTimeout(deadline);
    this.#stopProbes();
  }

  remove(): void {
    this.#log?.remove();
    this.#previousLog?.remove();
  }

  /** Starts a command beside the container's process; it finds the container's mounts as its own process does. */
  async startBeside(command: readonly string[], options: { hasStdin: boolean; env?: Record<string, string> }): Promise<ContainerProcess> {
    return await startProcess({ argv: command.map((text) => rewritePaths(text, this.#mounts)), env: { ...this.#env, ...options.env }, cwd: this.dir, stdin: options.hasStdin });
  }

  /** Runs a command beside the container's process; resolves to its exit code, 124 when it takes too long. */
  async execute(command: readonly string[], timeoutMs: number): Promise<number> {
    const child = await this.startBeside(command, { hasStdin: false });
    let length = 0;
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (length += chunk.length) > execOutputMax && child.destroy());
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      child.destroy();
    }, timeoutMs);
    const { code } = await child.exited;
    clearTimeout(timer);
    child.destroy();
    return isLate ? 124 : code;
  }

  async #run(): Promise<void> {
    const { container, prepare, onEvent, onChange } = this.#options;
    let process: ContainerProcess;
    try {
      const { argv, env, cwd, announces, mounts } = await prepare();
      if (this.#stopping) return;
      this.#env = env;
      this.#mounts = mounts;
      process = await startProcess({ argv, env, cwd, announces });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const isExpected = error instanceof ContainerConfigError || error instanceof VolumeError;
      this.#state = { waiting: { reason: isExpected ? error.code : "CreateContainerError", message } };
      onEvent("Warning", isExpected ? error.eventReason : "Failed", error instanceof VolumeError ? message : `Error: ${message}`);
      onChange();
      this.#restartAfter(backoffMs.first);
      return;
    }
    const startedMs = Date.now();
    this.#process = process;
    this.#restarts += 1;
    this.#id = randomUUID();
    this.#rotateLog(process);
    this.#isStarted = false;
    await process.begun;
    const startedAt = timeNow();
    this.#state = { running: { startedAt } };
    onEvent("Normal", "Started", `Started container ${container.name}`);
    this.#begin(process);
    onChange();
    const { code } = await process.exited;
    process.destroy();
    this.#stopProbes();
    this.#process = undefined;
    this.#log?.end(Date.now());
    this.#exited({ exitCode: code, reason: code === 0 ? "Completed" : "Error", startedAt, finishedAt: timeNow(), containerID: `process://${this.#id}` }, Date.now() - startedMs);
  }

  #exited(terminated: TerminatedState, ranMs: number): void {
    const { restartPolicy, container, onEvent, onChange } = this.#options;
    this.#isReady = false;
    this.#isStarted = false;
    this.#state = { terminated };
    const isFinal = this.#stopping || restartPolicy === "Never" || (restartPolicy === "OnFailure" && terminated.exitCode === 0);
    if (!isFinal) {
      this.#crashes = ranMs > healthyMs ? 1 : this.#crashes + 1;
      this.#lastState = { terminated };
      // The first restart comes at once, the later ones wait longer and longer.
      const delayMs = this.#crashes <= 1 ? 0 : Math.min(backoffMs.most, backoffMs.first * 2 ** (this.#crashes - 2));
      if (delayMs > 0) {
        this.#state = { waiting: { reason: "CrashLoopBackOff", message: `back-off ${delayMs / 1000}s restarting failed container=${container.name}` } };
        onEvent("Warning", "BackOff", `Back-off restarting failed container ${container.name}`);
      }
      this.#restartAfter(delayMs);
    }
    onChange();
  }

  #restartAfter(delayMs: number): void {
    if (!this.#stopping) this.#timer = setTimeout(() => this.start(), delayMs);
  }

  #rotateLog(process: ContainerProcess): void {
    this.#previousLog?.remove();
    this.#previousLog = this.#log;
    const log = new LogFile(`${this.#options.dir}/${this.#options.container.name}.${this.#restarts}.log`);
    this.#log = log;
    for (const stream of ["stdout", "stderr"] as const) {
      process[stream].setEncoding("utf8").on("data", (chunk: string) => log.append(stream, chunk, Date.now()));
      process[stream].on("error", () => undefined);
    }
  }

  /** Starts the probes: liveness and readiness wait for the startup probe. */
  #begin(process: ContainerProcess): void {
    const { container } = this.#options;
    const started = (): void => {
      if (this.#process !== process || this.#isStarted) return;
      this.#isStarted = true;
      if (container.readinessProbe === undefined) this.#isReady = true;
      else this.#probe(container.readinessProbe, true, (isSuccess, problem) => this.#readiness(isSuccess, problem));
      if (container.livenessProbe !== undefined) this.#probe(container.livenessProbe, false, (isSuccess, problem) => this.#liveness(process, "Liveness", isSuccess, problem));
    };
    if (container.startupProbe === undefined) return started();
    this.#probe(container.startupProbe, true, (isSuccess, problem) => {
      if (isSuccess) started();
      else this.#liveness(process, "Startup", false, problem);
      this.#options.onChange();
    });
    return undefined;
  }

  #probe(probe: Probe, eager: boolean, onResult: (isSuccess: boolean, problem?: string) => void): void {
    const target: ProbeTarget = { ...this.#options, execute: (command, timeoutMs) => this.execute(command, timeoutMs) };
    this.#stops.push(startProbe({ probe, eager, onResult, attempt: () => runProbe(probe, target) }));
  }

  #readiness(isSuccess: boolean, problem: string | undefined): void {
    if (!isSuccess) this.#options.onEvent("Warning", "Unhealthy", `Readiness probe failed: ${problem ?? ""}`);
    if (this.#isReady === isSuccess) return;
    this.#isReady = isSuccess;
    this.#options.onChange();
  }

  #liveness(process: ContainerProcess, kind: string, isSuccess: boolean, problem: string | undefined): void {
    if (isSuccess || this.#stopping) return;
    this.#options.onEvent("Warning", "Unhealthy", `${kind} probe failed: ${problem ?? ""}`);
    this.#options.onEvent("Normal", "Killing", `Container ${this.#options.container.name} failed ${kind.toLowerCase()} probe, will be restarted`);
    this.#stopProbes();
    process.signal("SIGTERM");
    const timer = setTimeout(() => process.signal("SIGKILL"), 30_000);
    void process.exited.then(() => clearTimeout(timer));
  }

  #stopProbes(): void {
    for (const stop of this.#stops.splice(0)) stop();
  }
}

import type { Pod } from "@sluice/kubernetes/kinds";
import { programOf, type Programs } from "../programs/image-table.ts";
import type { ContainerRunner } from "./container-runner.ts";
import type { ContainerReport } from "./container-state.ts";
import { containersOf, initContainersOf, restartPolicyOf, type Container } from "./pod-spec.ts";
import { unknownImageMessage } from "./prepare-container.ts";

export interface PodContainersOptions {
  readonly pod: Pod;
  readonly programs: Programs;
  readonly makeRunner: (container: Container, restartPolicy: string, waitingReason: string) => ContainerRunner;
  readonly onEvent: (type: "Normal" | "Warning", reason: string, message: string) => void;
}

/** The containers of one pod: those that prepare it, each to its completion, then the others together. */
export class PodContainers {
  readonly #options: PodContainersOptions;
  readonly #init: readonly Entry[];
  readonly #main: readonly Entry[];
  readonly #begun = new Set<Entry>();

  constructor(options: PodContainersOptions) {
    this.#options = options;
    const { pod, makeRunner, programs } = options;
    const policy = restartPolicyOf(pod);
    const inits = initContainersOf(pod);
    const entry = (container: Container, restartPolicy: string): Entry => ({
      container,
      runner: makeRunner(container, restartPolicy, inits.length > 0 ? "PodInitializing" : "ContainerCreating"),
      isKnown: programOf(container.image, programs) !== undefined,
    });
    // What prepares a pod is over when it has succeeded once, also in a pod whose containers never end.
    this.#init = inits.map((container) => entry(container, policy === "Never" ? "Never" : "OnFailure"));
    this.#main = containersOf(pod).map((container) => entry(container, policy));
  }

  find(name: string): ContainerRunner | undefined {
    return [...this.#main, ...this.#init].find(({ container }) => container.name === name)?.runner;
  }

  get names(): string[] {
    return [...this.#init, ...this.#main].filter(({ runner }) => runner.isRunning).map(({ container }) => container.name);
  }

  /** Begins whatever is due now; to be called after every change. */
  advance(): void {
    const next = this.#init.find(({ runner }) => !isComplete(runner.report));
    for (const entry of next === undefined ? this.#main : [next]) this.#begin(entry);
  }

  reports(): { init: ContainerReport[]; main: ContainerReport[] } {
    return { init: this.#init.map((entry) => this.#report(entry)).map((report) => ({ ...report, ready: isComplete(report), started: false })), main: this.#main.map((entry) => this.#report(entry)) };
  }

  async stop(graceMs: number): Promise<void> {
    await Promise.all([...this.#init, ...this.#main].map(({ runner }) => runner.stop(graceMs)));
  }

  remove(): void {
    for (const { runner } of [...this.#init, ...this.#main]) runner.remove();
  }

  #begin(entry: Entry): void {
    if (this.#begun.has(entry)) return;
    this.#begun.add(entry);
    if (entry.isKnown) entry.runner.start();
    else this.#options.onEvent("Warning", "Failed", unknownImageMessage(entry.container.image, this.#options.programs));
  }

  #report(entry: Entry): ContainerReport {
    const { container, runner, isKnown } = entry;
    if (isKnown || !this.#begun.has(entry)) return runner.report;
    return { ...runner.report, state: { waiting: { reason: "ImagePullBackOff", message: unknownImageMessage(container.image, this.#options.programs) } } };
  }
}

interface Entry {
  readonly container: Container;
  readonly runner: ContainerRunner;
  readonly isKnown: boolean;
}

function isComplete({ state }: ContainerReport): boolean {
  return "terminated" in state && state.terminated.exitCode === 0;
}

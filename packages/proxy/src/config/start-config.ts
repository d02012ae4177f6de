import { Worker } from "node:worker_threads";
import { backoffMs } from "@sluice/kubernetes/backoff";
import type { Snapshot } from "../snapshot.ts";
import { applySnapshotChange } from "./apply-snapshot-change.ts";
import type { SourceState } from "./config-source.ts";
import type { ConfigThreadData } from "./config-thread.ts";
import type { ConfigMessage } from "./run-config.ts";

const restart = { firstMs: 500, mostMs: 10_000 };
const stopMsMax = 2_000;

export interface StartConfigOptions extends ConfigThreadData {
  /** Called with each new snapshot, on this thread. */
  onSnapshot: (snapshot: Snapshot, origin: { restoredAgeMs?: number }) => void;
  onState?: (state: SourceState) => void;
  /** Told when slices begin or cease to list this proxy. */
  onListed?: (listed: boolean) => void;
  /** Told the addresses of all proxies that slices list, whenever they change. */
  onProxies?: (addresses: readonly string[]) => void;
  onProblem?: (message: string) => void;
}

/**
 * Runs configuration in a thread of its own, so that parsing and a broken API server never hold up a request. If the
 * thread dies it is started again, and meanwhile the snapshot stays what it was.
 */
export function startConfig(options: StartConfigOptions): { stop(): Promise<void> } {
  const { onSnapshot, onState = () => undefined, onProblem = () => undefined, source, dataFolder, address } = options;
  let snapshot: Snapshot | undefined;
  let worker: Worker;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let failures = 0;

  function handle(message: ConfigMessage): void {
    switch (message.type) {
      case "change":
        failures = 0;
        snapshot = applySnapshotChange(snapshot, message.change);
        return onSnapshot(snapshot, {});
      case "restored":
        if (snapshot !== undefined) return undefined;
        snapshot = applySnapshotChange(undefined, message.change);
        return onSnapshot(snapshot, { restoredAgeMs: message.ageMs });
      case "state":
        return onState(message.state);
      case "listed":
        return options.onListed?.(message.listed);
      case "proxies":
        return options.onProxies?.(message.addresses);
      case "problem":
        return onProblem(message.message);
    }
  }

  function start(): void {
    worker = new Worker(new URL("./config-thread.ts", import.meta.url), { workerData: { source, dataFolder, address } satisfies ConfigThreadData });
    worker.on("message", handle);
    worker.on("error", (error) => onProblem(`the configuration thread failed: ${error instanceof Error ? error.message : String(error)}`));
    worker.on("exit", () => {
      if (stopped) return;
      failures++;
      timer = setTimeout(start, backoffMs(failures, { ...restart, random: Math.random }));
    });
  }

  start();
  return {
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      const exited = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
      if (worker.threadId === -1) return;
      worker.postMessage("stop");
      const bound = setTimeout(() => void worker.terminate(), stopMsMax);
      await exited;
      clearTimeout(bound);
    },
  };
}

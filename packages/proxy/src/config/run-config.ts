import type { Snapshot } from "../snapshot.ts";
import { applySnapshotChange } from "./apply-snapshot-change.ts";
import { createSnapshotCompiler } from "./compile-snapshot.ts";
import type { ConfigSource, SourceEvents, SourceState } from "./config-source.ts";
import { loadLastGoodSnapshot, saveLastGoodSnapshot } from "./last-good-snapshot.ts";
import { NamedTimers } from "./named-timers.ts";
import type { SnapshotChange } from "./snapshot-change.ts";
import type { Affected } from "./world.ts";
import { WorldIndex } from "./world-index.ts";

/** Changes come in bursts (a rollout touches many slices); a few ms gather them. */
const gatherMs = 3;
/** How long the source may take before the last good snapshot is used instead. */
const restoreAfterMs = 2_000;
/** While the source is live the file is renewed this often, since its age decides what may be restored. */
const saveMs = 30_000;
const saveSoonMs = 500;

export type ConfigMessage =
  | { readonly type: "change"; readonly change: SnapshotChange }
  | { readonly type: "restored"; readonly change: SnapshotChange; readonly ageMs: number }
  | { readonly type: "state"; readonly state: SourceState }
  /** Whether any of our slices lists this proxy. */
  | { readonly type: "listed"; readonly listed: boolean }
  /** Addresses of the proxies that our slices list. */
  | { readonly type: "proxies"; readonly addresses: readonly string[] }
  | { readonly type: "problem"; readonly message: string };

export interface RunConfigOptions {
  startSource: (index: WorldIndex, events: SourceEvents) => ConfigSource;
  /** Folder for the last good snapshot; absent: none is kept. */
  dataFolder?: string | undefined;
  /** This proxy's own address, for which "listed" is told. */
  address: string;
  post: (message: ConfigMessage) => void;
  now?: () => number;
}

/** Follows a source, compiles what changes and posts it, until stopped. */
export function runConfig(options: RunConfigOptions): { stop(): Promise<void> } {
  const { post, dataFolder } = options;
  const now = options.now ?? Date.now;
  const onProblem = (message: string) => post({ type: "problem", message });
  const index = new WorldIndex(onProblem);
  const compiler = createSnapshotCompiler(index);
  let snapshot: Snapshot | undefined;
  let state: SourceState = { phase: "syncing" };
  let dirty: Set<string> | "all" | undefined;
  const timers = new NamedTimers();
  let saving: Promise<void> = Promise.resolve();
  let stopped = false;
  const tellListed = createListing(index, options);

  const source = options.startSource(index, {
    onProblem,
    onState: (next) => {
      state = next;
      post({ type: "state", state });
    },
    onChange: (affected) => {
      if (affected === "all") dirty = "all";
      else if (dirty !== "all") dirty = new Set([...(dirty ?? []), ...affected]);
      timers.once("gather", gatherMs, flush);
    },
  });

  function flush(): void {
    if (snapshot === undefined || dirty === undefined) return;
    tellListed();
    const affected: Affected = dirty === "all" ? "all" : [...dirty];
    dirty = undefined;
    const change = compiler.compile(affected, now());
    if (change !== undefined) accept(change);
  }

  function accept(change: SnapshotChange): void {
    snapshot = applySnapshotChange(snapshot, change);
    post({ type: "change", change });
    timers.once("saveSoon", saveSoonMs, save);
  }

  function save(): void {
    const current = snapshot;
    timers.once("save", saveMs, save);
    if (dataFolder === undefined || current === undefined || state.phase === "syncing") return;
    const trueAtMs = state.phase === "live" ? now() : state.sinceMs;
    saving = saving.then(() => saveLastGoodSnapshot(dataFolder, current, trueAtMs)).catch((error: unknown) => onProblem(`the last good snapshot can't be saved: ${String(error)}`));
  }

  async function restore(): Promise<void> {
    const restored = dataFolder === undefined ? undefined : await loadLastGoodSnapshot(dataFolder, now());
    if (restored !== undefined && snapshot === undefined && !stopped) post({ type: "restored", ...restored });
  }

  timers.once("restore", restoreAfterMs, () => void restore());
  void source.synced().then(() => {
    if (stopped) return;
    dirty = undefined;
    accept(compiler.compileAll(now()));
    tellListed();
  });
  return {
    stop: async () => {
      stopped = true;
      timers.stop();
      await source.stop();
      await saving;
    },
  };
}

/** Tells of the listing in our slices what changed since it was last told. */
function createListing(index: WorldIndex, { address, post }: Pick<RunConfigOptions, "address" | "post">): () => void {
  let listed = false;
  let proxies = "";
  return () => {
    const addresses = index.proxyAddresses();
    if (addresses.join() !== proxies) post({ type: "proxies", addresses });
    proxies = addresses.join();
    if (index.isListed(address) !== listed) post({ type: "listed", listed: !listed });
    listed = index.isListed(address);
  };
}

import type { Affected } from "./world.ts";

/** How well a source knows the world. */
export type SourceState =
  | { readonly phase: "syncing"; readonly message?: string }
  | { readonly phase: "live" }
  | { readonly phase: "stale"; readonly sinceMs: number; readonly message: string };

export interface SourceEvents {
  /** The index changed; before the source has synced nobody needs to look. */
  onChange: (affected: Affected) => void;
  onState: (state: SourceState) => void;
  onProblem: (message: string) => void;
}

/** Something that fills a `WorldIndex` and keeps it true. */
export interface ConfigSource {
  /** Resolves once the index holds the whole world; never rejects. */
  synced(): Promise<void>;
  stop(): Promise<void>;
}

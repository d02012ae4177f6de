import type { KubernetesClient } from "./client.ts";
import type { KubernetesObject, ResourceType } from "./resource.ts";

/** What an informer knows, and since when it may be wrong. */
export type InformerState =
  | { phase: "syncing"; error?: Error }
  | { phase: "live" }
  /** The watch is broken: the cache still answers, with what was true at `sinceMs`. */
  | { phase: "stale"; sinceMs: number; error: Error };

export interface InformerOptions {
  /** What the cache keeps of an object, which must have its metadata. Absent: all of it. */
  keep?: (object: KubernetesObject) => KubernetesObject;
  /** How long to wait, in ms, after a list was answered 404 (no such kind) or 403. Absent: as after any failure. */
  refusedRetryMs?: number;
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  /** Called after the cache changed, with the key (`namespace/name`); never with the event: readers read the cache. */
  onChange?: (key: string) => void;
  onState?: (state: InformerState) => void;
  /** Milliseconds since the epoch; injected by tests. */
  now?: () => number;
  random?: () => number;
}

/** A list-and-watch cache of one kind that never gives up: relists after 410 and any break, with jittered backoff. */
export interface Informer<T extends KubernetesObject> {
  readonly state: InformerState;
  /** Resolves after the first complete list; rejects only when stopped before. */
  synced(): Promise<void>;
  get(key: string): T | undefined;
  list(): readonly T[];
  stop(): Promise<void>;
}

export type StartInformer = <T extends KubernetesObject>(
  client: KubernetesClient,
  type: ResourceType<T>,
  options?: InformerOptions,
) => Informer<T>;

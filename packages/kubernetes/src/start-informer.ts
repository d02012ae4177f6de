import { setTimeout as delay } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { ApiError } from "./api-error.ts";
import { backoffMs } from "./backoff.ts";
import type { KubernetesClient } from "./client.ts";
import type { Informer, InformerOptions, InformerState, StartInformer } from "./informer.ts";
import { retryAfterMs } from "./retry-after.ts";
import { keyOf, type KubernetesObject, type ResourceType } from "./resource.ts";

const backoff = { firstMs: 200, mostMs: 10_000 };
/** A watch that ends sooner than this is a failure, so that a server that closes at once is not asked in a hot loop. */
const watchMsMin = 1_000;
/** As client-go's reflector: between once and twice this, so that watches of many informers end apart. */
const watchSecondsMin = 240;

/** Starts the one implementation of `Informer`. Never throws: failures show in `state`. */
export const startInformer: StartInformer = (client, type, options = {}) => new ListWatchInformer(client, type, options);

class ListWatchInformer<T extends KubernetesObject> implements Informer<T> {
  readonly #client: KubernetesClient;
  readonly #type: ResourceType<T>;
  readonly #options: InformerOptions;
  readonly #now: () => number;
  readonly #random: () => number;
  readonly #abort = new AbortController();
  readonly #synced = Promise.withResolvers<void>();
  readonly #done: Promise<void>;
  #objects = new Map<string, T>();
  #listed: readonly T[] | undefined;
  #state: InformerState = { phase: "syncing" };

  constructor(client: KubernetesClient, type: ResourceType<T>, options: InformerOptions) {
    this.#client = client;
    this.#type = type;
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#random = options.random ?? Math.random;
    // Nobody has to wait for the first list; without this, stopping early would be an unhandled rejection.
    this.#synced.promise.catch(() => undefined);
    this.#done = this.#run();
  }

  get state(): InformerState {
    return this.#state;
  }

  synced(): Promise<void> {
    return this.#synced.promise;
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  list(): readonly T[] {
    this.#listed ??= [...this.#objects.values()];
    return this.#listed;
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    this.#synced.reject(new Error(`the informer of ${this.#type.plural} was stopped before its first list`));
    await this.#done;
  }

  /**
   * List, watch, and list again after whatever ended the watch. Listing after every break, rather than watching on
   * from the last version, is what finds a cluster that was recreated or restored meanwhile: its versions may lie
   * anywhere, and come again with other contents, so only the objects themselves can tell.
   */
  async #run(): Promise<void> {
    const { signal } = this.#abort;
    let failures = 0;
    while (!signal.aborted) {
      const { listedMs, error } = await this.#listAndWatch();
      if (signal.aborted) return;
      if (listedMs !== undefined && this.#now() - listedMs >= watchMsMin) failures = 0;
      const cleanEnd = this.#state.phase === "live";
      if (cleanEnd && failures === 0 && listedMs !== undefined && this.#now() - listedMs >= watchMsMin) continue;
      failures += 1;
      await delay(Math.max(this.#retryMs(failures, error), retryAfterMs(error)), undefined, { signal }).catch(() => undefined);
    }
  }

  #retryMs(failures: number, error: unknown): number {
    const { refusedRetryMs } = this.#options;
    const refused = error instanceof ApiError && (error.code === 404 || error.code === 403);
    return refused && refusedRetryMs !== undefined ? refusedRetryMs : backoffMs(failures, { ...backoff, random: this.#random });
  }

  /** What is kept of an object as the API gave it. `keep` answers the same kind of object, reduced. */
  #kept(object: T): T {
    return this.#options.keep === undefined ? object : (this.#options.keep(object) as T);
  }

  /** One round. Answers when the list was complete (undefined: never), and what broke it; the state tells how the watch ended. */
  async #listAndWatch(): Promise<{ listedMs: number | undefined; error?: unknown }> {
    let listedMs: number | undefined;
    try {
      const resourceVersion = await this.#relist();
      listedMs = this.#now();
      this.#setState({ phase: "live" });
      this.#synced.resolve();
      await this.#watch(resourceVersion);
    } catch (error) {
      if (this.#abort.signal.aborted) return { listedMs };
      // 410 says that our version is too old, not that the server is gone: the cache is relisted before it misleads.
      const expired = error instanceof ApiError && error.code === 410 && listedMs !== undefined;
      if (!expired) this.#broken(error instanceof Error ? error : new Error(String(error)));
      return { listedMs, error };
    }
    return { listedMs };
  }

  async #relist(): Promise<string> {
    const { items, resourceVersion } = await this.#client.list(this.#type, { ...this.#selection(), signal: this.#abort.signal });
    const before = this.#objects;
    const after = new Map<string, T>();
    const changed: string[] = [];
    for (const item of items) {
      const key = keyOf(item);
      const known = before.get(key);
      const kept = this.#kept(item);
      // A restored server gives versions a second time.
      const same = known !== undefined && isSame(known, kept) && isDeepStrictEqual(known, kept);
      after.set(key, same ? known : kept);
      if (!same) changed.push(key);
    }
    for (const key of before.keys()) if (!after.has(key)) changed.push(key);
    this.#objects = after;
    this.#listed = undefined;
    for (const key of changed) this.#options.onChange?.(key);
    return resourceVersion;
  }

  async #watch(resourceVersion: string): Promise<void> {
    const timeoutSeconds = Math.round(watchSecondsMin * (1 + this.#random()));
    const events = this.#client.watch(this.#type, { ...this.#selection(), resourceVersion, timeoutSeconds, signal: this.#abort.signal });
    for await (const event of events) {
      if (event.type === "BOOKMARK") continue;
      const key = keyOf(event.object);
      if (event.type === "DELETED") {
        if (!this.#objects.delete(key)) continue;
      } else {
        const known = this.#objects.get(key);
        if (known !== undefined && isSame(known, event.object)) continue;
        this.#objects.set(key, this.#kept(event.object));
      }
      this.#listed = undefined;
      this.#options.onChange?.(key);
    }
  }

  #selection(): { namespace?: string; labelSelector?: string; fieldSelector?: string } {
    const { namespace, labelSelector, fieldSelector } = this.#options;
    return {
      ...(namespace === undefined ? {} : { namespace }),
      ...(labelSelector === undefined ? {} : { labelSelector }),
      ...(fieldSelector === undefined ? {} : { fieldSelector }),
    };
  }

  #broken(error: Error): void {
    const state = this.#state;
    if (state.phase === "syncing") this.#setState({ phase: "syncing", error });
    else this.#setState({ phase: "stale", sinceMs: state.phase === "stale" ? state.sinceMs : this.#now(), error });
  }

  #setState(state: InformerState): void {
    const repeated = state.phase === "live" && this.#state.phase === "live";
    this.#state = state;
    if (!repeated) this.#options.onState?.(state);
  }
}

function isSame(a: KubernetesObject, b: KubernetesObject): boolean {
  return a.metadata.uid === b.metadata.uid && a.metadata.resourceVersion === b.metadata.resourceVersion && a.metadata.resourceVersion !== undefined;
}

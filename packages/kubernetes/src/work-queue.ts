/**
 * Keys that want work: each at most once, and never two at a time of the same key, as client-go's `util/workqueue`.
 * A key that is added while it is worked on comes again afterwards, because the work may have read the old world.
 * Its length is bounded by the number of distinct keys, that is of objects.
 */
export class WorkQueue {
  readonly #ready = new Set<string>();
  readonly #active = new Set<string>();
  readonly #again = new Set<string>();
  readonly #delayed = new Map<string, { atMs: number; timer: NodeJS.Timeout }>();
  /** Keys that may not come before their timer, and whether they want to come then. */
  readonly #resting = new Map<string, { timer: NodeJS.Timeout; wanted: boolean }>();
  readonly #now: () => number;
  readonly #onReady: () => void;

  constructor(options: { onReady: () => void; now?: () => number }) {
    this.#onReady = options.onReady;
    this.#now = options.now ?? Date.now;
  }

  /** Keys that can be taken now. */
  get length(): number {
    return this.#ready.size;
  }

  /** Adds the key as soon as it does not rest any more. */
  add(key: string): void {
    this.#forgetDelay(key);
    const rest = this.#resting.get(key);
    if (rest !== undefined) rest.wanted = true;
    else if (this.#active.has(key)) this.#again.add(key);
    else if (!this.#ready.has(key)) {
      this.#ready.add(key);
      this.#onReady();
    }
  }

  /** Adds the key after a while, in ms; the earliest of several wishes wins. */
  addAfter(key: string, delayMs: number): void {
    if (delayMs <= 0) return this.add(key);
    if (this.#ready.has(key)) return undefined;
    const atMs = this.#now() + delayMs;
    const waiting = this.#delayed.get(key);
    if (waiting !== undefined && waiting.atMs <= atMs) return undefined;
    this.#forgetDelay(key);
    this.#delayed.set(key, { atMs, timer: setTimeout(() => this.add(key), delayMs) });
    return undefined;
  }

  /** The key that waited longest; call `done` with it afterwards. */
  take(): string | undefined {
    const { value: key } = this.#ready.values().next();
    if (key === undefined) return undefined;
    this.#ready.delete(key);
    this.#active.add(key);
    return key;
  }

  /** The work is over. For `restMs` the key does not come again, whoever adds it; the first time after that it comes at once. */
  done(key: string, restMs = 0): void {
    this.#active.delete(key);
    if (restMs > 0) this.#rest(key, restMs);
    if (this.#again.delete(key)) this.add(key);
  }

  /** Drops everything that waits. */
  clear(): void {
    for (const { timer } of this.#delayed.values()) clearTimeout(timer);
    for (const { timer } of this.#resting.values()) clearTimeout(timer);
    this.#delayed.clear();
    this.#resting.clear();
    this.#ready.clear();
    this.#again.clear();
  }

  #rest(key: string, restMs: number): void {
    const timer = setTimeout(() => {
      const wanted = this.#resting.get(key)?.wanted === true;
      this.#resting.delete(key);
      if (wanted) this.add(key);
    }, restMs);
    this.#resting.set(key, { timer, wanted: false });
  }

  #forgetDelay(key: string): void {
    const waiting = this.#delayed.get(key);
    if (waiting === undefined) return;
    clearTimeout(waiting.timer);
    this.#delayed.delete(key);
  }
}

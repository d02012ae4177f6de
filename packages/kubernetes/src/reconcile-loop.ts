import { backoffMs } from "./backoff.ts";
import { retryAfterMs } from "./retry-after.ts";
import { WorkQueue } from "./work-queue.ts";

/** `requeueAfterMs` asks for another look although nothing failed; `costMs` tells how much processor time this one took. */
export interface Reconciled {
  requeueAfterMs?: number;
  costMs?: number;
}

export interface ReconcileLoopOptions {
  /**
   * Makes the world of one key as it should be, reading the world and never an event. Rejecting means "again later".
   * A look that told its cost is followed by a rest of twice that, for its key alone and for `restMsMost` at most: however
   * many changes call for it, it takes a third of the processor and sees the changes of its rest together.
   */
  reconcile: (key: string, signal: AbortSignal) => Promise<Reconciled | undefined | void>;
  /** Keys worked on at the same time. Default 1. */
  concurrency?: number;
  /** First and longest delay after failures, ms; an API server's Retry-After may ask for more. Default 100 ms and 30 s. */
  backoff?: { firstMs: number; mostMs: number };
  /** Told of every failure, with how many of that key came in a row. */
  onError?: (key: string, error: unknown, failures: number) => void;
  now?: () => number;
  random?: () => number;
}

const restsOfCost = 2;
export const restMsMost = 5_000;

export interface ReconcileLoop {
  add(key: string): void;
  addAfter(key: string, delayMs: number): void;
  /** Keys that wait for a free worker. */
  readonly waiting: number;
  /** Takes no further key, aborts the signal and waits for the work in hand. */
  stop(): Promise<void>;
}

/** One queue and its workers; knows no kind. Each key has a backoff of its own, so a broken one delays no other. */
export function startReconcileLoop(options: ReconcileLoopOptions): ReconcileLoop {
  const concurrency = options.concurrency ?? 1;
  const backoff = { firstMs: 100, mostMs: 30_000, ...options.backoff, random: options.random ?? Math.random };
  const abort = new AbortController();
  const failures = new Map<string, number>();
  const working = new Set<Promise<void>>();
  const queue = new WorkQueue({ onReady: pump, ...(options.now === undefined ? {} : { now: options.now }) });

  function pump(): void {
    while (!abort.signal.aborted && working.size < concurrency) {
      const key = queue.take();
      if (key === undefined) return;
      const work: Promise<void> = run(key).finally(() => {
        working.delete(work);
        pump();
      });
      working.add(work);
    }
  }

  async function run(key: string): Promise<void> {
    let restMs = 0;
    try {
      const result = await options.reconcile(key, abort.signal);
      failures.delete(key);
      restMs = Math.min((result?.costMs ?? 0) * restsOfCost, restMsMost);
      if (result?.requeueAfterMs !== undefined && !abort.signal.aborted) queue.addAfter(key, result.requeueAfterMs);
    } catch (error) {
      if (abort.signal.aborted) return;
      const count = (failures.get(key) ?? 0) + 1;
      failures.set(key, count);
      options.onError?.(key, error, count);
      queue.addAfter(key, Math.max(backoffMs(count, backoff), retryAfterMs(error)));
    } finally {
      if (abort.signal.aborted) restMs = 0;
      queue.done(key, restMs);
    }
  }

  return {
    add: (key) => (abort.signal.aborted ? undefined : queue.add(key)),
    addAfter: (key, delayMs) => (abort.signal.aborted ? undefined : queue.addAfter(key, delayMs)),
    get waiting() {
      return queue.length;
    },
    stop: async () => {
      abort.abort();
      queue.clear();
      await Promise.all(working);
    },
  };
}

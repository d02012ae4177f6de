import type { Observation } from "./observe.ts";

/** What is known about the acknowledgement of one policy. Times are ours, epoch ms. */
export interface Progress {
  readonly identity: string;
  /** When this identity was first seen. */
  readonly sinceMs: number;
  /** When all proxies were first seen to apply it; null while they do not. */
  readonly acknowledgedAtMs: number | null;
  /** False: it was already in force when we began to look, so how long it took is not known. */
  readonly watchedFromStart: boolean;
  readonly revision: string;
  /** False: the policy stayed and what it comes to changed, e.g. because a cluster joined. */
  readonly byPolicy: boolean;
}

/** The next progress of every policy; those that are gone are dropped. Pure. */
export function reconcile(known: ReadonlyMap<string, Progress>, observations: readonly Observation[], nowMs: number): Map<string, Progress> {
  const next = new Map<string, Progress>();
  for (const { key, identity, revision, ready, total } of observations) {
    const before = known.get(key);
    const whole = total > 0 && ready >= total;
    if (before?.identity !== identity) {
      next.set(key, { identity, sinceMs: nowMs, acknowledgedAtMs: whole ? nowMs : null, watchedFromStart: before !== undefined || !whole, revision, byPolicy: before?.revision !== revision });
    } else if (before.acknowledgedAtMs === null && whole) {
      next.set(key, { ...before, acknowledgedAtMs: nowMs });
    } else {
      next.set(key, before);
    }
  }
  return next;
}

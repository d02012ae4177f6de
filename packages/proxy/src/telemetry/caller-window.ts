const windowMs = 60_000;
const callersMax = 4_096;
/** How long a connection may go on stamping its own entry before it asks again. */
const entryMs = windowMs / 2;

/** One caller's address, held by its connections so that a request only stamps it. */
export interface Caller {
  seenAtMs: number;
}

/** Distinct callers of the last 60 s; bounded, so that above 4,096 it says 4,096. */
export class CallerWindow {
  readonly #callers = new Map<string, Caller>();

  /** Notes a request from `address`. `held` is what the last call for this connection returned. */
  note(address: string, held: Caller | null, nowMs: number): Caller {
    const caller = held !== null && nowMs - held.seenAtMs < entryMs ? held : this.#entry(address, nowMs);
    caller.seenAtMs = nowMs;
    return caller;
  }

  count(nowMs: number): number {
    this.#forget(nowMs);
    return this.#callers.size;
  }

  #entry(address: string, nowMs: number): Caller {
    const known = this.#callers.get(address);
    if (known !== undefined) return known;
    const caller: Caller = { seenAtMs: nowMs };
    if (this.#callers.size >= callersMax) this.#forget(nowMs);
    if (this.#callers.size < callersMax) this.#callers.set(address, caller);
    return caller;
  }

  #forget(nowMs: number): void {
    for (const [address, caller] of this.#callers) {
      if (caller.seenAtMs < nowMs - windowMs) this.#callers.delete(address);
    }
  }
}

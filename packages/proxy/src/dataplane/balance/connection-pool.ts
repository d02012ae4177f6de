/** What a pool needs to know of a connection. */
export interface PooledConnection {
  idleSinceMs: number;
  /** Half of the idle limit that the other end named or showed; Infinity when unknown. */
  readonly safeIdleMs: number;
  discard(): void;
}

const idleMax = 256;
const nonIdempotentIdleMsMax = 1_000;

/** Idle connections to one destination, last in first out, so that the surplus ages and ends. */
export class ConnectionPool {
  readonly #idle: PooledConnection[] = [];

  get size(): number {
    return this.#idle.length;
  }

  put(connection: PooledConnection, nowMs: number): void {
    connection.idleSinceMs = nowMs;
    this.#idle.push(connection);
    if (this.#idle.length > idleMax) this.#idle.shift()?.discard();
  }

  /**
   * A connection to reuse, or null. A request that may not be sent twice takes only one that was idle so briefly that
   * the other end cannot be about to close it.
   */
  take(nowMs: number, replayable: boolean): PooledConnection | null {
    const last = this.#idle.at(-1);
    if (last === undefined) return null;
    const idleMs = nowMs - last.idleSinceMs;
    // The last is the freshest: if it is too old for this request, so are all others.
    if (idleMs > last.safeIdleMs || (!replayable && idleMs > nonIdempotentIdleMsMax)) return null;
    this.#idle.pop();
    return last;
  }

  remove(connection: PooledConnection): void {
    const index = this.#idle.lastIndexOf(connection);
    if (index !== -1) this.#idle.splice(index, 1);
  }

  clear(): void {
    for (const connection of this.#idle.splice(0)) connection.discard();
  }
}

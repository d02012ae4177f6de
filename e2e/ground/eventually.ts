import { setTimeout as pause } from "node:timers/promises";

/** Polls until `probe` answers without throwing; after `timeoutMs` throws its last error, or `signal`'s reason when that is aborted. */
export async function eventually<T>(what: string, probe: () => Promise<T>, timeoutMs = 60_000, signal?: AbortSignal): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await probe();
    } catch (error) {
      signal?.throwIfAborted();
      if (Date.now() > deadline) throw new Error(`${what}: not within ${timeoutMs} ms; last: ${String(error)}`, { cause: error });
      await pause(150);
    }
  }
}

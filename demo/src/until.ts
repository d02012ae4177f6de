import { setTimeout as pause } from "node:timers/promises";

/**
 * Polls until `probe` answers something other than undefined; errors count as "not yet". After `boundMs` it throws, naming
 * what was waited for and the last error.
 */
export async function until<T>(what: string, probe: () => Promise<T | undefined>, signal: AbortSignal, boundMs = 60_000): Promise<T> {
  const deadline = Date.now() + boundMs;
  let last: unknown = "nothing yet";
  while (Date.now() < deadline) {
    signal.throwIfAborted();
    try {
      const answer = await probe();
      if (answer !== undefined) return answer;
    } catch (error) {
      last = error;
    }
    await pause(100, undefined, { signal });
  }
  throw new Error(`${what}: not within ${boundMs / 1000} s (${last instanceof Error ? last.message : String(last)})`);
}

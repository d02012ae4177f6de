import { ApiError } from "./api-error.ts";

/** What a server asks for beyond this is not waited for in one piece. */
const retryAfterMsMax = 60_000;

/**
 * Milliseconds that the API server asked to be left alone for, at most a minute; 0 when it did not. Reads the error
 * and its causes.
 */
export function retryAfterMs(error: unknown): number {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (at instanceof ApiError && at.retryAfterSeconds !== undefined) return Math.min(at.retryAfterSeconds * 1000, retryAfterMsMax);
  }
  return 0;
}

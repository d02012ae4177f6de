import { wholePermille } from "./share-arithmetic.ts";

/**
 * Thousandths of its share that a returning target gets, each for an equal part of the time. The first steps are small
 * and double, since caches are cold and a target that is not well yet must not take many requests with it.
 */
const stepsPermille = [50, 100, 250, 500, 750];

export interface RampPosition {
  /** 1 to 1000. */
  readonly permille: number;
  /** ms since the beginning at which it changes next; Infinity once it is 1000. */
  readonly nextMs: number;
}

/** How far a target is that began `elapsedMs` ago to rise to its share over `durationMs` (0: at once). */
export function rampPosition(elapsedMs: number, durationMs: number): RampPosition {
  const stepMs = durationMs / stepsPermille.length;
  const step = elapsedMs >= durationMs ? stepsPermille.length : Math.max(0, Math.floor(elapsedMs / stepMs));
  const permille = stepsPermille[step];
  if (permille === undefined) return { permille: wholePermille, nextMs: Number.POSITIVE_INFINITY };
  return { permille, nextMs: (step + 1) * stepMs };
}

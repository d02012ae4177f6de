import type { RowReading } from "../telemetry/row-reading.ts";
import type { Tally } from "../telemetry/tally.ts";

const minuteMs = 60_000;

/**
 * Requests by target that say who answers now: those since the present split is applied, counted by the proxies
 * themselves, while that is less than a minute ago, so that not one of the split before is among them; else, and before
 * the first of them, those of the last minute.
 */
export function recentAnswers(
  { appliedAtMs, counts }: Pick<RowReading, "appliedAtMs" | "counts">,
  lastMinute: ReadonlyMap<string, number>,
  nowMs: number,
): ReadonlyMap<string, number> {
  const isNew = appliedAtMs !== null && nowMs - appliedAtMs < minuteMs;
  return isNew && [...counts.values()].some((count) => count > 0) ? counts : lastMinute;
}

/** As `recentAnswers`, from what a row's proxies told of the last minute. */
export function answersNow(reading: RowReading, lastMinute: ReadonlyMap<string, Tally>, nowMs: number): ReadonlyMap<string, number> {
  return recentAnswers(reading, new Map([...lastMinute].map(([target, tally]) => [target, tally.requests])), nowMs);
}

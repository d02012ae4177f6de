import type { RowReading } from "../telemetry/row-reading.ts";
import type { Look } from "./look.ts";
import type { Row } from "./split-rows.ts";

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

/** Requests by target of a row that say who answers now. */
export function answersNow(look: Look, { service, index, reading }: Row): ReadonlyMap<string, number> {
  const lastMinute = look.telemetry.window(service, index.member.key, look.nowMs, minuteMs).byTarget;
  return recentAnswers(reading, new Map([...lastMinute].map(([target, tally]) => [target, tally.requests])), look.nowMs);
}

"use client";

import { useMemo } from "react";
import { useLocale, useTranslations } from "use-intl";
import { formatCount, formatErrorShare, formatMs, formatRate, formatShare, formatSuccess } from "./number-format.ts";
import { ageOf, clockTime, dayTime, fullTime, zoneName } from "./time-format.ts";
import { useTimeZone } from "./time-zone.ts";

/** The formatters of the reader's language and time zone. */
export function useFormat() {
  const locale = useLocale();
  const t = useTranslations("time");
  const timeZone = useTimeZone();
  return useMemo(
    () => ({
      share: (permille: number, fixed = false) => formatShare(permille, locale, fixed),
      rate: (perSecond: number) => formatRate(perSecond, locale),
      success: (share: number) => formatSuccess(share, locale),
      errorShare: (share: number) => formatErrorShare(share, locale),
      ms: (ms: number) => formatMs(ms, locale),
      count: (count: number) => formatCount(count, locale),
      ago: (atMs: number, nowMs: number) => {
        const { unit, count } = ageOf(atMs, nowMs);
        return t(unit, { count });
      },
      clock: (atMs: number, withSeconds = false) => clockTime(atMs, timeZone, withSeconds),
      day: (atMs: number, nowMs: number) => dayTime(atMs, nowMs, timeZone, locale),
      full: (atMs: number) => fullTime(atMs, timeZone, locale),
      zone: (atMs: number) => zoneName(atMs, timeZone),
    }),
    [locale, t, timeZone],
  );
}

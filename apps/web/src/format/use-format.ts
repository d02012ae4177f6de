"use client";

import { useMemo } from "react";
import { useLocale, useTranslations } from "use-intl";
import { formatCount, formatErrorShare, formatMs, formatRate, formatShare, formatSuccess } from "./number-format.ts";
import { ageOf } from "./time-format.ts";

/** The formatters of the reader's language. */
export function useFormat() {
  const locale = useLocale();
  const t = useTranslations("time");
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
    }),
    [locale, t],
  );
}

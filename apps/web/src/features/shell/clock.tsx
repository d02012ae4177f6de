"use client";

import { clockTime } from "../../format/time-format.ts";
import { useNow } from "../../trpc/live-provider.tsx";

export function Clock() {
  const nowMs = useNow();
  return <span className="hidden w-[92px] text-sm whitespace-nowrap text-ink-2 lg:inline">{nowMs === 0 ? "" : `${clockTime(nowMs, true)} UTC`}</span>;
}

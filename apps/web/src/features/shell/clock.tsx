"use client";

import { useFormat } from "../../format/use-format.ts";
import { useNow } from "../../trpc/live-provider.tsx";

export function Clock() {
  const nowMs = useNow();
  const format = useFormat();
  return <span className="hidden min-w-[92px] text-sm whitespace-nowrap text-ink-2 lg:inline">{nowMs === 0 ? "" : `${format.clock(nowMs, true)} ${format.zone(nowMs)}`}</span>;
}

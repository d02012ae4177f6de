"use client";

import clsx from "clsx";
import { useTranslations } from "use-intl";
import { useFormat } from "../../format/use-format.ts";
import type { LiveHealth } from "../../trpc/live-state.ts";
import { useLiveHealth } from "../../trpc/live-provider.tsx";

const dots: Record<LiveHealth["kind"], string> = {
  connecting: "bg-faint ring-sunk",
  live: "bg-good ring-good-soft",
  frozen: "bg-warn ring-warn-soft",
  "no-telemetry": "bg-warn ring-warn-soft",
  lost: "bg-bad ring-bad-soft",
};

/** Whether what the page shows is of this moment. */
export function LivePill() {
  const t = useTranslations("live");
  const health = useLiveHealth();
  const { clock } = useFormat();
  const text = pillText(health, t, clock);
  return (
    <div data-testid="live-pill" data-state={health.kind} className="flex min-w-[74px] items-center gap-2 text-sm whitespace-nowrap text-ink-2">
      <span aria-hidden="true" className={clsx("size-2 shrink-0 rounded-full ring-[3px]", dots[health.kind])} />
      <span>{text}</span>
      <span className="sr-only" role="status">{health.kind === "lost" ? text : ""}</span>
    </div>
  );
}

function pillText(health: LiveHealth, t: ReturnType<typeof useTranslations<"live">>, clock: (atMs: number) => string): string {
  switch (health.kind) {
    case "connecting":
      return t("connecting");
    case "live":
      return t("live", { seconds: Math.max(1, Math.round(health.ageMs / 1000)) });
    case "frozen":
      return t("frozen", { seconds: Math.round(health.ageMs / 1000) });
    case "no-telemetry":
      return t("no-telemetry");
    case "lost":
      return t("lost", { time: clock(health.sinceMs) });
  }
}

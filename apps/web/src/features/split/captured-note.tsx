"use client";

import type { SplitRowView } from "@sluice/api/views/service-view";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { clockTime } from "../../format/time-format.ts";
import { useNow } from "../../trpc/live-provider.tsx";
import { useClusterLook } from "../../trpc/use-clusters.ts";
import { capturedOf } from "./captured.ts";
import { RollPodsDialog } from "./roll-pods-dialog.tsx";

/** Under the four truths: what the measured one does not count, and how to end that. */
export function CapturedNote({ service, row }: { service: string; row: SplitRowView }) {
  const t = useTranslations("captured");
  const look = useClusterLook();
  const nowMs = useNow();
  const [rolling, setRolling] = useState(false);
  const captured = capturedOf(row);
  if (captured.id !== "older-pods" && captured.id !== "bypassed" && captured.id !== "open") return null;
  const sentences = [
    captured.id === "older-pods" ? t("older-pods", { older: captured.older, all: captured.all }) : null,
    captured.id === "open" ? captured.message : null,
    captured.id !== "open" && captured.bypasses !== null ? t("bypassed", { services: captured.bypasses }) : null,
  ];
  const rollAfterMs = captured.id === "older-pods" ? captured.rollAfterMs : null;
  const early = rollAfterMs !== null && nowMs < rollAfterMs;
  return (
    <div role="note" aria-label={t("title")} className="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1 border-t border-line px-4 py-2.5 text-xs text-ink-2 md:px-[22px]">
      <p className="min-w-0 flex-1 basis-[300px]">{sentences.filter((sentence) => sentence !== null).join(" ")}</p>
      <span className="flex min-h-6 shrink-0 items-center pointer-coarse:min-h-11">
        {captured.id === "bypassed" ? null : early ? (
          // Pods rolled before would count as old again.
          t("roll-from", { time: clockTime(rollAfterMs, true) })
        ) : (
          <button type="button" title={t("roll-hint")} onClick={() => setRolling(true)} className="min-h-6 rounded-[6px] font-[540] text-accent underline-offset-2 hover:underline pointer-coarse:min-h-11">
            {t("roll")}
          </button>
        )}
      </span>
      {rolling ? <RollPodsDialog service={service} source={row.source} cluster={look(row.source).name} onClose={() => setRolling(false)} /> : null}
    </div>
  );
}

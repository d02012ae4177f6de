"use client";

import type { SplitRowView } from "@sluice/api/views/service-view";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { useClusterLook } from "../../trpc/use-clusters.ts";
import { capturedOf } from "./captured.ts";
import { RollPodsDialog } from "./roll-pods-dialog.tsx";

/** Says which connections the proxies can't see, and offers to end them. */
export function CapturedNote({ service, row }: { service: string; row: SplitRowView }) {
  const t = useTranslations("captured");
  const look = useClusterLook();
  const [rolling, setRolling] = useState(false);
  const captured = capturedOf(row);
  if (captured.id !== "older-pods" && captured.id !== "bypassed" && captured.id !== "open") return null;
  const sentences = [
    captured.id === "older-pods" ? t("older-pods", { older: captured.older, all: captured.all }) : null,
    captured.id === "open" ? captured.message : null,
    captured.id !== "open" && captured.bypasses !== null ? t("bypassed", { services: captured.bypasses }) : null,
  ];
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-5 gap-y-2 border-t border-line bg-warn-soft px-4 py-3 text-sm md:px-[22px]">
      <p className="min-w-0 flex-1 basis-[300px]">{sentences.filter((sentence) => sentence !== null).join(" ")}</p>
      {captured.id === "bypassed" ? null : (
        <button type="button" onClick={() => setRolling(true)} className="min-h-6 shrink-0 rounded-[6px] font-[540] text-accent underline-offset-2 hover:underline pointer-coarse:min-h-11">
          {t("roll")}
        </button>
      )}
      {rolling ? <RollPodsDialog service={service} source={row.source} cluster={look(row.source).name} onClose={() => setRolling(false)} /> : null}
    </div>
  );
}

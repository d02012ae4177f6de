"use client";

import type { SplitRowView } from "@sluice/api/views/service-view";
import dynamic from "next/dynamic";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { useFormat } from "../../format/use-format.ts";
import { useNow } from "../../trpc/live-provider.tsx";
import { useClusterLook } from "../../trpc/use-clusters.ts";
import { capturedOf } from "./captured.ts";
import { RowNote } from "./row-note.tsx";

const RollPodsDialog = dynamic(() => import("./roll-pods-dialog.tsx").then((module) => module.RollPodsDialog), { ssr: false });

/** Under the four truths: what the measured one does not count, and how to end that. */
export function CapturedNote({ service, row }: { service: string; row: SplitRowView }) {
  const t = useTranslations("captured");
  const format = useFormat();
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
  // Pods rolled before would count as old again.
  const action = captured.id === "bypassed" ? null : early ? t("roll-from", { time: format.clock(rollAfterMs, true) }) : { text: t("roll"), hint: t("roll-hint"), onClick: () => setRolling(true) };
  return (
    <>
      <RowNote label={t("title")} text={sentences.filter((sentence) => sentence !== null).join(" ")} action={action} />
      {rolling ? <RollPodsDialog service={service} source={row.source} cluster={look(row.source).name} onClose={() => setRolling(false)} /> : null}
    </>
  );
}

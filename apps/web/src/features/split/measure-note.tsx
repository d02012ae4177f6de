"use client";

import type { SplitRowView } from "@sluice/api/views/service-view";
import dynamic from "next/dynamic";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { useLiveService } from "../../trpc/live-provider.tsx";
import { useClusterLook } from "../../trpc/use-clusters.ts";
import { RowNote } from "./row-note.tsx";

const MeasureDialog = dynamic(() => import("./measure-dialog.tsx").then((module) => module.MeasureDialog), { ssr: false });

/** For a row that is local only: why nothing is measured and how it would be, or the way back from that. */
export function MeasureNote({ service, row }: { service: string; row: SplitRowView }) {
  const t = useTranslations("measure");
  const look = useClusterLook();
  const here = useLiveService(service)?.service.clusters.includes(row.source) === true;
  const [asking, setAsking] = useState(false);
  if (!here || row.mode !== "Locality" || (!row.measureAsked && row.attachment !== "Detached")) return null;
  const cluster = look(row.source).name;
  const words = !row.measureAsked ? t("detached", { cluster }) : row.attachment === "Inline" ? t("asked") : t("entering");
  return (
    <>
      <RowNote label={t("title")} text={words} action={{ text: row.measureAsked ? t("stop") : t("measure"), onClick: () => setAsking(true) }} />
      {asking ? <MeasureDialog service={service} source={row.source} cluster={cluster} measured={!row.measureAsked} onClose={() => setAsking(false)} /> : null}
    </>
  );
}

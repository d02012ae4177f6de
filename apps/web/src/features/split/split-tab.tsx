"use client";

import type { SplitRowView } from "@sluice/api/views/service-view";
import { useTranslations } from "use-intl";
import { AnswerStrip } from "../../components/answer-strip.tsx";
import { Panel, PanelHead } from "../../components/panel.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { knownOr } from "../../components/known-value.tsx";
import { useLiveService } from "../../trpc/live-provider.tsx";
import { useClusterLook } from "../../trpc/use-clusters.ts";
import { HistoryCard } from "../history/history-card.tsx";
import { ModeSwitch } from "./mode-switch.tsx";
import { SendBack } from "./send-back.tsx";
import { SendProbes } from "./send-probes.tsx";
import { SideCharts } from "./side-charts.tsx";
import { SourceRow, useRowDraft } from "./source-row.tsx";
import { useDraftLink } from "./use-draft-link.ts";

/** Rows are sources: the one with traffic first, those without callers folded. */
export function SplitTab({ service }: { service: string }) {
  const live = useLiveService(service);
  const t = useTranslations("split");
  useDraftLink(service, live?.rows);
  if (live === null) {
    return (
      <div className="grid gap-5 grid-cols-1 min-[1160px]:grid-cols-[minmax(0,1fr)_400px]">
        <div className="space-y-4">
          <Skeleton className="h-9 w-60" />
          <Skeleton className="h-[420px] rounded-panel" />
        </div>
        <div className="space-y-4">
          <Skeleton className="h-[244px] rounded-panel" />
          <Skeleton className="h-[152px] rounded-panel" />
        </div>
      </div>
    );
  }
  const rows = live.rows.toSorted((one, two) => traffic(two) - traffic(one));
  const [main, ...others] = rows;
  if (main === undefined) return <p className="py-10 text-ink-2">{t("no-rows")}</p>;
  return (
    <div className="grid items-start gap-5 grid-cols-1 min-[1160px]:grid-cols-[minmax(0,1fr)_400px]">
      <div className="min-w-0 space-y-4">
        <div className="flex flex-wrap items-center justify-between gap-3">
          <RowMode service={service} row={main} />
          {/* On a phone, the way back stands above the bottom bar, within a thumb's reach. */}
          <div data-action-bar className="flex flex-wrap gap-1.5 max-md:fixed max-md:inset-x-0 max-md:bottom-[calc(56px+env(safe-area-inset-bottom))] max-md:z-20 max-md:justify-between max-md:border-t max-md:border-line max-md:bg-panel max-md:px-4 max-md:py-2">
            <SendProbes service={service} source={main.source} />
            <SendBack service={service} rows={rows} />
          </div>
        </div>
        <SourceRow service={service} row={main} />
        <LatestAnswers row={main} />
        {others.map((row) => <FoldedRow key={row.source} service={service} row={row} />)}
      </div>
      <aside className="grid min-w-0 grid-cols-1 items-start gap-4 md:max-[1160px]:grid-cols-2 md:max-[1160px]:grid-rows-[auto_1fr] md:max-[1160px]:[&>:first-child]:row-span-2">
        <SideCharts history={live.history} />
        <HistoryCard service={service} source={main.source} version={`${main.policy?.generation ?? 0} ${main.revision?.number ?? 0}`} />
      </aside>
    </div>
  );
}

function traffic(row: SplitRowView): number {
  return (knownOr(row.requestsPerSecond) ?? 0) + row.callers / 1000;
}

function RowMode({ service, row }: { service: string; row: SplitRowView }) {
  const look = useClusterLook();
  const { draft, act } = useRowDraft(service, row);
  return <ModeSwitch mode={draft.mode} cluster={look(row.source).name} onChange={(mode) => act({ type: "set-mode", mode })} />;
}

function FoldedRow({ service, row }: { service: string; row: SplitRowView }) {
  const t = useTranslations("split");
  const look = useClusterLook();
  if (row.callers > 0) {
    return (
      <div className="space-y-4 pt-2">
        <RowMode service={service} row={row} />
        <SourceRow service={service} row={row} />
      </div>
    );
  }
  return (
    <details className="group">
      <summary className="flex min-h-11 cursor-pointer list-none items-center gap-2 rounded-panel border border-line bg-panel px-4 text-sm md:px-[22px] [&::-webkit-details-marker]:hidden">
        <span aria-hidden="true" className="text-ink-3 transition-transform duration-140 group-open:rotate-90">›</span>
        <span className="font-[560]">{t("callers-in", { cluster: look(row.source).name })}</span>
        <span className="text-ink-2">{t("no-callers")}</span>
      </summary>
      <div className="mt-4 space-y-4">
        <RowMode service={service} row={row} />
        <SourceRow service={service} row={row} />
      </div>
    </details>
  );
}

function LatestAnswers({ row }: { row: SplitRowView }) {
  const t = useTranslations("split");
  const look = useClusterLook();
  const answers = row.latest.map(([id, key, status]) => ({ id, status, ...look(key) }));
  return (
    <Panel className="px-4 py-4 md:px-[18px]">
      <PanelHead title={t("latest")} aside={t("newest-right")} />
      <div className="mt-2.5">
        <AnswerStrip answers={answers} cells={40} label={t("latest-label", { list: answers.map((answer) => answer.name).join(", ") })} />
      </div>
    </Panel>
  );
}

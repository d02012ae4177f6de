"use client";

import type { HistoryView } from "@sluice/api/views/service-view";
import { useTranslations } from "use-intl";
import { LineChart } from "../../components/charts/line-chart.tsx";
import { ShareChart } from "../../components/charts/share-chart.tsx";
import { clusterColor, clusterDash } from "../../components/cluster-color.ts";
import { ClusterLabel } from "../../components/cluster-label.tsx";
import { Panel, PanelHead } from "../../components/panel.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { useFormat } from "../../format/use-format.ts";
import { useClusterLook } from "../../trpc/use-clusters.ts";

const windowMs = 15 * 60_000;

/** Beside the controls: who answered in the last 15 minutes, and how fast. */
export function SideCharts({ history }: { history: HistoryView | undefined }) {
  const t = useTranslations("charts");
  const format = useFormat();
  const look = useClusterLook();
  if (history === undefined) {
    return (
      <>
        <Skeleton className="h-[244px] rounded-panel" />
        <Skeleton className="h-[152px] rounded-panel" />
      </>
    );
  }
  const toMs = history.atMs.at(-1) ?? 0;
  const fromMs = toMs - windowMs;
  const looks = history.targets.map(look);
  const latest = history.p95Ms.map((row) => row.findLast((value) => value !== null)).filter((value) => value !== undefined && value !== null);
  return (
    <>
      <Panel className="px-[18px] py-4">
        <PanelHead title={t("answered-by")} />
        <div className="mt-3">
          <ShareChart label={t("answered-by")} atMs={history.atMs} rows={history.requestsPerSecond} colors={looks.map((one) => one.color)} markers={history.markers} fromMs={fromMs} toMs={toMs} height={126} />
          <div className="mt-1.5 flex justify-between text-xs text-ink-3">
            <span>{toMs === 0 ? "" : format.clock(fromMs)}</span>
            <span>{t("now")}</span>
          </div>
        </div>
        <div className="mt-2 flex flex-wrap items-center justify-between gap-x-4 gap-y-1 text-xs text-ink-2">
          <span className="flex flex-wrap gap-4">{looks.map((one) => <ClusterLabel key={one.key} look={one} />)}</span>
          <span className="flex items-center gap-1.5"><span aria-hidden="true" className="h-3 border-l-[1.5px] border-dotted border-ink-3" />{t("policy-changed")}</span>
        </div>
      </Panel>
      <Panel className="px-[18px] py-4">
        <PanelHead title={t("latency-p95")} aside={latest.map((value) => format.ms(value)).join(" · ")} />
        <div className="mt-3">
          <LineChart
            label={t("latency-p95")}
            atMs={history.atMs}
            series={looks.map((one, index) => ({ id: one.key, name: one.name, color: clusterColor(one.color), dash: clusterDash(one.color), values: history.p95Ms[index] ?? [] }))}
            markers={[]}
            fromMs={fromMs}
            toMs={toMs}
            height={70}
            topMin={5}
            format={format.ms}
          />
        </div>
      </Panel>
    </>
  );
}

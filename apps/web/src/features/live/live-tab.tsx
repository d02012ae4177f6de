"use client";

import type { HistoryView } from "@sluice/api/views/service-view";
import { type ReactNode, useState } from "react";
import { useTranslations } from "use-intl";
import { LineChart, type LineSeries, SeriesMark } from "../../components/charts/line-chart.tsx";
import { ShareChart } from "../../components/charts/share-chart.tsx";
import { clusterColor, clusterDash } from "../../components/cluster-color.ts";
import { ClusterLabel } from "../../components/cluster-label.tsx";
import { Panel, PanelHead } from "../../components/panel.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { clockTime } from "../../format/time-format.ts";
import { useFormat } from "../../format/use-format.ts";
import { useLiveService } from "../../trpc/live-provider.tsx";
import { useClusterLook } from "../../trpc/use-clusters.ts";

const windowMs = 15 * 60_000;
const height = 150;

/** The last 15 minutes of a service: who answered, how much, how fast, and what failed where. */
export function LiveTab({ service }: { service: string }) {
  const t = useTranslations("charts");
  const history = useLiveService(service)?.history;
  if (history === undefined) {
    return (
      <div className="grid grid-cols-1 gap-5 lg:grid-cols-2">
        {[0, 1, 2, 3].map((place) => <Skeleton key={place} className="h-[252px] rounded-panel" />)}
      </div>
    );
  }
  if (history.atMs.length === 0) return <Panel className="px-6 py-16 text-center text-ink-2">{t("empty")}</Panel>;
  return <Charts history={history} />;
}

function Charts({ history }: { history: HistoryView }) {
  const t = useTranslations("charts");
  const format = useFormat();
  const look = useClusterLook();
  const [quantile, setQuantile] = useState<"p50Ms" | "p95Ms" | "p99Ms">("p95Ms");
  const toMs = history.atMs.at(-1) ?? 0;
  const frame = { atMs: history.atMs, markers: history.markers, fromMs: toMs - windowMs, toMs, height };
  const looks = history.targets.map(look);
  const perCluster = (rows: (number | null)[][]): LineSeries[] =>
    looks.map((one, index) => ({ id: one.key, name: one.name, color: clusterColor(one.color), dash: clusterDash(one.color), values: rows[index] ?? [] }));
  const errors: LineSeries[] = [
    { id: "app", name: t("origin-app"), color: "var(--bad)", dash: undefined, values: history.errorsPerSecond.app },
    { id: "proxy", name: t("origin-proxy"), color: "var(--warn)", dash: "5 3", values: history.errorsPerSecond.proxy },
    { id: "gateway", name: t("origin-gateway"), color: "var(--ink-2)", dash: "2 3", values: history.errorsPerSecond.gateway },
  ];
  return (
    <div className="grid grid-cols-1 gap-5 lg:grid-cols-2">
      <ChartPanel title={t("answered-by")} fromMs={frame.fromMs} legend={looks.map((one) => <ClusterLabel key={one.key} look={one} />)}>
        <ShareChart {...frame} label={t("answered-by")} rows={history.requestsPerSecond} colors={looks.map((one) => one.color)} />
      </ChartPanel>
      <ChartPanel title={t("requests")} fromMs={frame.fromMs} legend={legendOf(perCluster(history.requestsPerSecond))}>
        <LineChart {...frame} label={t("requests")} series={perCluster(history.requestsPerSecond)} topMin={1} format={format.rate} />
      </ChartPanel>
      <ChartPanel
        title={t("latency")}
        fromMs={frame.fromMs}
        legend={legendOf(perCluster(history[quantile]))}
        aside={
          <span role="group" aria-label={t("quantile")} className="inline-flex rounded-[7px] bg-sunk p-[2px]">
            {(["p50Ms", "p95Ms", "p99Ms"] as const).map((id) => (
              <button key={id} type="button" aria-pressed={quantile === id} onClick={() => setQuantile(id)} className="h-6 rounded-[5px] px-2 text-xs text-ink-2 aria-pressed:bg-raise aria-pressed:text-ink pointer-coarse:h-11">
                {id.slice(0, 3)}
              </button>
            ))}
          </span>
        }
      >
        <LineChart {...frame} label={`${t("latency")} ${quantile.slice(0, 3)}`} series={perCluster(history[quantile])} topMin={5} format={format.ms} />
      </ChartPanel>
      <ChartPanel title={t("errors")} fromMs={frame.fromMs} legend={legendOf(errors)}>
        <LineChart {...frame} label={t("errors")} series={errors} topMin={1} format={format.rate} />
      </ChartPanel>
    </div>
  );
}

function legendOf(series: LineSeries[]) {
  return series.map((one) => (
    <span key={one.id} className="flex items-center gap-1.5">
      <SeriesMark color={one.color} dash={one.dash} />
      {one.name}
    </span>
  ));
}

function ChartPanel({ title, aside, fromMs, legend, children }: { title: string; aside?: ReactNode; fromMs: number; legend: ReactNode[]; children: ReactNode }) {
  const t = useTranslations("charts");
  return (
    <Panel className="min-w-0 px-[18px] py-4" label={title}>
      <PanelHead title={title} aside={aside} />
      <div className="mt-3">{children}</div>
      <div className="mt-1.5 flex justify-between text-xs text-ink-3">
        <span>{clockTime(fromMs)}</span>
        <span>{t("now")}</span>
      </div>
      <div className="mt-1.5 flex flex-wrap gap-x-4 gap-y-1 text-xs text-ink-2">{legend}</div>
    </Panel>
  );
}

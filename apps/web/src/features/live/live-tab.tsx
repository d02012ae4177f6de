"use client";

import type { HistoryView } from "@sluice/api/views/service-view";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { LineChart, type LineSeries, SeriesMark } from "../../components/charts/line-chart.tsx";
import { ShareChart } from "../../components/charts/share-chart.tsx";
import { clusterColor, clusterDash } from "../../components/cluster-color.ts";
import { ClusterLabel } from "../../components/cluster-label.tsx";
import { Panel, PanelHead } from "../../components/panel.tsx";
import { Segments } from "../../components/segments.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { useAddressChoice } from "../../components/use-address-choice.ts";
import { useFormat } from "../../format/use-format.ts";
import { useLiveService } from "../../trpc/live-provider.tsx";
import { useClusterLook } from "../../trpc/use-clusters.ts";

/** Minutes that the charts look back; the API server keeps 15. */
const windows = ["15", "5", "1"] as const;
const quantiles = ["p95", "p50", "p99"] as const;
const height = 150;

/** The last minutes of a service: who answered, how much, how fast, and what failed where. */
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
  const [quantile, setQuantile] = useAddressChoice("quantile", quantiles);
  const [minutes, setMinutes] = useAddressChoice("window", windows);
  const toMs = history.atMs.at(-1) ?? 0;
  const frame = { atMs: history.atMs, markers: history.markers, fromMs: toMs - Number(minutes) * 60_000, toMs, height };
  const looks = history.targets.map(look);
  const latencies = history[`${quantile}Ms`];
  const perCluster = (rows: (number | null)[][]): LineSeries[] =>
    looks.map((one, index) => ({ id: one.key, name: one.name, color: clusterColor(one.color), dash: clusterDash(one.color), values: rows[index] ?? [] }));
  const errors: LineSeries[] = [
    { id: "app", name: t("origin-app"), color: "var(--bad)", dash: undefined, values: history.errorsPerSecond.app },
    { id: "proxy", name: t("origin-proxy"), color: "var(--warn)", dash: "5 3", values: history.errorsPerSecond.proxy },
    { id: "gateway", name: t("origin-gateway"), color: "var(--ink-2)", dash: "2 3", values: history.errorsPerSecond.gateway },
  ];
  return (
    <>
      <div className="mb-4 flex justify-end">
        <Segments label={t("window")} choices={windows.toReversed()} chosen={minutes} words={(count) => t("minutes", { count })} onChoose={setMinutes} />
      </div>
      <div className="grid grid-cols-1 gap-5 lg:grid-cols-2">
        <ChartPanel title={t("share")} fromMs={frame.fromMs} legend={looks.map((one) => <ClusterLabel key={one.key} look={one} />)}>
          <ShareChart {...frame} label={t("share")} rows={history.requestsPerSecond} colors={looks.map((one) => one.color)} />
        </ChartPanel>
        <ChartPanel title={t("requests")} fromMs={frame.fromMs} legend={legendOf(perCluster(history.requestsPerSecond))}>
          <LineChart {...frame} label={t("requests")} series={perCluster(history.requestsPerSecond)} topMin={1} format={format.rate} />
        </ChartPanel>
        <ChartPanel
          title={t("latency")}
          fromMs={frame.fromMs}
          legend={legendOf(perCluster(latencies))}
          aside={<Segments label={t("quantile")} choices={quantiles.toSorted()} chosen={quantile} words={(one) => one} onChoose={setQuantile} />}
        >
          <LineChart {...frame} label={`${t("latency")} ${quantile}`} series={perCluster(latencies)} topMin={5} format={format.ms} />
        </ChartPanel>
        <ChartPanel title={t("errors")} fromMs={frame.fromMs} legend={legendOf(errors)}>
          <LineChart {...frame} label={t("errors")} series={errors} topMin={1} format={format.rate} />
        </ChartPanel>
      </div>
    </>
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
  const format = useFormat();
  return (
    <Panel className="min-w-0 px-[18px] py-4" label={title}>
      <PanelHead title={title} aside={aside} />
      <div className="mt-3">{children}</div>
      <div className="mt-1.5 flex justify-between text-xs text-ink-3">
        <span>{format.clock(fromMs)}</span>
        <span>{t("now")}</span>
      </div>
      <div className="mt-1.5 flex flex-wrap gap-x-4 gap-y-1 text-xs text-ink-2">{legend}</div>
    </Panel>
  );
}

"use client";

import type { ClusterView, FleetView } from "@sluice/api/views/cluster-view";
import clsx from "clsx";
import { useRef } from "react";
import { useTranslations } from "use-intl";
import { clusterColor } from "../../components/cluster-color.ts";
import { knownOr, useKnownWords } from "../../components/known-value.tsx";
import { useFormat } from "../../format/use-format.ts";
import { useClusterLook } from "../../trpc/use-clusters.ts";
import { layOutFlow } from "./flow-layout.ts";
import { useWidth } from "../../components/use-width.ts";

/** Callers at the left, clusters at the right, ribbons as thick as the traffic between them. */
export function FlowPicture({ fleet }: { fleet: FleetView }) {
  const t = useTranslations("fleet");
  const format = useFormat();
  const words = useKnownWords();
  const look = useClusterLook();
  const frame = useRef<HTMLDivElement>(null);
  const measured = useWidth(frame, 0);
  const width = measured === 0 ? 796 : measured;
  const narrow = width < 560;
  const plan = layOutFlow({
    width,
    labelLeft: narrow ? 92 : 172,
    labelRight: narrow ? 116 : 196,
    sources: fleet.callers.map((caller) => ({ key: caller.source, perSecond: knownOr(caller.requestsPerSecond) })),
    targets: fleet.clusters.map((cluster) => ({ key: cluster.key, perSecond: knownOr(cluster.requestsPerSecond) })),
    flows: fleet.flows.map((flow) => ({ ...flow, perSecond: knownOr(flow.requestsPerSecond) })),
  });
  const spoken = plan.ribbons.map((ribbon) => t("ribbon", { share: format.share(ribbon.permille), source: look(ribbon.source).name, target: look(ribbon.target).name })).join("; ");
  return (
    <div ref={frame} className={clsx("relative w-full overflow-hidden", measured === 0 && "invisible")} style={{ height: plan.height }}>
      <svg role="img" aria-label={spoken === "" ? t("no-flow") : spoken} width={width} height={plan.height} className="absolute inset-0">
        {plan.ribbons.map((ribbon) => (
          <path key={`${ribbon.source} ${ribbon.target}`} d={ribbon.path} fill={clusterColor(look(ribbon.target).color)} className="opacity-[0.36] dark:opacity-[0.42]" />
        ))}
        {plan.sources.map((node) => (
          <rect key={node.key} x={plan.leftX} y={node.y} width={plan.nodeWidth} height={node.height} rx="2" fill={fleet.flows.some((flow) => flow.source === node.key) ? "var(--ink-2)" : "var(--line-strong)"} />
        ))}
        {plan.targets.map((node) => (
          <rect key={node.key} x={plan.rightX} y={node.y} width={plan.nodeWidth} height={node.height} rx="2" fill={clusterColor(look(node.key).color)} />
        ))}
        {plan.ribbons.map((ribbon) => (
          <text key={`${ribbon.source} ${ribbon.target}`} x={ribbon.x} y={ribbon.y + 4.5} textAnchor="middle" className="fill-ink text-xs font-[580]" stroke="var(--panel)" strokeOpacity={ribbon.thickness < 20 ? 0.85 : 0} strokeWidth="4" paintOrder="stroke">
            {format.share(ribbon.permille)}
          </text>
        ))}
      </svg>
      {plan.sources.map((node) => {
        const caller = fleet.callers.find((candidate) => candidate.source === node.key);
        const idle = caller === undefined || caller.count === 0;
        const rate = caller === undefined ? null : knownOr(caller.requestsPerSecond);
        return (
          <div key={node.key} className="absolute flex -translate-y-1/2 flex-col items-end text-right" style={{ top: node.middle, left: 0, width: plan.leftX - 14 }}>
            <span className={`text-sm font-[580] break-keep ${idle ? "text-ink-3" : ""}`}>{t.rich("callers-in", { cluster: () => <span className="whitespace-nowrap">{look(node.key).name}</span> })}</span>
            <span className="text-xs text-ink-2">
              {idle ? t("none-yet") : narrow ? (rate === null ? "" : format.rate(rate)) : t("callers", { count: caller.count, rate: rate === null ? words(caller.requestsPerSecond) : format.rate(rate) })}
            </span>
          </div>
        );
      })}
      {plan.targets.map((node) => {
        const cluster = fleet.clusters.find((candidate) => candidate.key === node.key);
        return cluster === undefined ? null : <TargetLabel key={node.key} cluster={cluster} narrow={narrow} top={node.middle} left={plan.rightX + plan.nodeWidth + 14} />;
      })}
    </div>
  );
}

function TargetLabel({ cluster, narrow, top, left }: { cluster: ClusterView; narrow: boolean; top: number; left: number }) {
  const t = useTranslations("fleet");
  const format = useFormat();
  const words = useKnownWords();
  const rate = knownOr(cluster.requestsPerSecond);
  const errors = knownOr(cluster.errorShare);
  const ready = knownOr(cluster.readyEndpoints);
  const proxies = knownOr(cluster.proxies);
  const managed = cluster.conditions.find((condition) => condition.type === "Managed");
  return (
    <div className="absolute right-0 -translate-y-1/2 text-xs leading-[18px] text-ink-2" style={{ top, left }}>
      <div className="truncate text-sm">
        <span className="font-[600] text-ink">{cluster.name}</span> <span>{cluster.version?.replace(/^(v\d+\.\d+).*$/, "$1")}</span>
      </div>
      {managed !== undefined && managed.status !== "True" ? (
        <div className="truncate font-[540] text-bad" title={managed.message}>{t("not-managed", { reason: managed.reason })}</div>
      ) : (
        <div className="truncate whitespace-nowrap">
          {rate === null ? words(cluster.requestsPerSecond) : format.rate(rate)}
          {errors === null || narrow ? null : errors === 0 ? ` · ${t("no-errors")}` : <span className="text-bad">{` · ${t("errors", { share: format.errorShare(errors) })}`}</span>}
        </div>
      )}
      <div className="truncate whitespace-nowrap">
        {ready === null ? words(cluster.readyEndpoints) : t("ready", { count: ready })}
        {narrow || proxies === null ? null : ` · ${t("proxies", { ready: proxies.ready, total: proxies.total })}`}
      </div>
    </div>
  );
}

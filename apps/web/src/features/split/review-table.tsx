"use client";

import type { PreviewView } from "@sluice/api/views/change-view";
import { useTranslations } from "use-intl";
import { ClusterLabel } from "../../components/cluster-label.tsx";
import { useFormat } from "../../format/use-format.ts";
import { useClusterLook } from "../../trpc/use-clusters.ts";

const head = "border-b border-line py-2 pl-4 text-right text-xs font-[450] text-ink-2";
const cell = "border-b border-line py-2.5 pl-4 num";

/** Before and after of each target, and whether it has room for what comes. */
export function ReviewTable({ targets }: { targets: PreviewView["targets"] }) {
  const t = useTranslations("review");
  const format = useFormat();
  const look = useClusterLook();
  const rate = (value: number | null) => (value === null ? "—" : format.rate(value));
  return (
    <table className="mt-4 w-full text-sm">
      <thead>
        <tr>
          <th scope="col" className="border-b border-line py-2 text-left text-xs font-[450] text-ink-2">{t("cluster")}</th>
          <th scope="col" className={head}>{t("now")}</th>
          <th scope="col" className={head}>{t("after")}</th>
          <th scope="col" className={`${head} hidden sm:table-cell`}>{t("requests")}</th>
          <th scope="col" className={head}>{t("room")}</th>
        </tr>
      </thead>
      <tbody>
        {targets.map((target) => (
          <tr key={target.clusterKey}>
            <th scope="row" className="border-b border-line py-2.5 text-left font-[450]"><ClusterLabel look={look(target.clusterKey)} /></th>
            <td className={cell}>{format.share(target.beforePermille, true)}</td>
            <td className={`${cell} font-[600]`}>{format.share(target.afterPermille, true)}</td>
            <td className={`${cell} hidden sm:table-cell`}>{target.beforePerSecond === null && target.afterPerSecond === null ? "—" : t("from-to", { from: rate(target.beforePerSecond).replace(/[\u00a0 ]\/s$/, ""), to: rate(target.afterPerSecond) })}</td>
            <td className={cell}><Room target={target} /></td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Room({ target }: { target: PreviewView["targets"][number] }) {
  const t = useTranslations("review");
  const format = useFormat();
  const gains = target.afterPermille > target.beforePermille;
  if (!gains) return <span className="text-ink-2">{target.afterPermille === 0 ? t("drained") : t("stays-warm")}</span>;
  if (target.readyEndpoints === null) return <span className="text-warn">{t("room-unknown")}</span>;
  if (target.readyEndpoints === 0) return <span className="text-bad">{t("room-none")}</span>;
  if (target.afterPerSecond === null) return <span className="text-good">{t("room-ready", { count: target.readyEndpoints })}</span>;
  return <span className="text-good">{t("room-each", { count: target.readyEndpoints, rate: format.rate(target.afterPerSecond / target.readyEndpoints) })}</span>;
}

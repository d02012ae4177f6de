"use client";

import type { ServiceRowView } from "@sluice/api/views/cluster-view";
import Link from "next/link";
import { useTranslations } from "use-intl";
import { Panel } from "../../components/panel.tsx";
import { AnsweredBy, LastChangeCell, LatencyCell, OwnerBadge, RateCell, ServiceName, SuccessCell } from "../../components/service-cells.tsx";
import { useNow } from "../../trpc/live-provider.tsx";
import { useClusterLook } from "../../trpc/use-clusters.ts";

const shownMax = 8;
const head = "h-10 font-[450] text-ink-2 text-xs text-left px-3.5";
const cell = "h-12 border-t border-line px-3.5";

/** The busiest services, one row each; the rest is a page away. */
export function FleetServices({ services }: { services: ServiceRowView[] }) {
  const t = useTranslations("services");
  const look = useClusterLook();
  const nowMs = useNow();
  const shown = services.slice(0, shownMax);
  return (
    <Panel label={t("title")} className="overflow-hidden">
      <table className="hidden w-full table-fixed text-sm md:table">
        <colgroup>
          <col className="w-[15%]" />
          <col />
          <col className="w-[9%]" />
          <col className="w-[9%]" />
          <col className="w-[8%]" />
          <col className="hidden w-[17%] lg:table-column" />
          <col className="w-[13%]" />
        </colgroup>
        <thead>
          <tr>
            <th scope="col" className={head}>{t("service")}</th>
            <th scope="col" className={head}>{t("answered-by")}</th>
            <th scope="col" className={`${head} text-right`}>{t("requests")}</th>
            <th scope="col" className={`${head} text-right`}>{t("success")}</th>
            <th scope="col" className={`${head} text-right`}>p95</th>
            <th scope="col" className={`${head} hidden lg:table-cell`}>{t("last-change")}</th>
            <th scope="col" className={head}>{t("kept-by")}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr key={row.service} className="hover:bg-paper">
              <td className={cell}><ServiceName row={row} /></td>
              <td className={cell}><AnsweredBy row={row} look={look} /></td>
              <td className={`${cell} num`}><RateCell row={row} /></td>
              <td className={`${cell} num`}><SuccessCell row={row} /></td>
              <td className={`${cell} num`}><LatencyCell row={row} /></td>
              <td className={`${cell} hidden truncate lg:table-cell`}><LastChangeCell row={row} nowMs={nowMs} /></td>
              <td className={cell}><OwnerBadge row={row} /></td>
            </tr>
          ))}
        </tbody>
      </table>
      <ul className="divide-y divide-line md:hidden">
        {shown.map((row) => (
          <li key={row.service} className="space-y-2 px-4 py-3.5 text-sm">
            <div className="flex items-center justify-between gap-3">
              <ServiceName row={row} />
              <RateCell row={row} />
            </div>
            <AnsweredBy row={row} look={look} />
          </li>
        ))}
      </ul>
      {services.length > shownMax ? (
        <Link href="/services" className="flex h-11 items-center border-t border-line px-3.5 text-sm font-[540] text-accent hover:underline">
          {t("all", { count: services.length })}
        </Link>
      ) : null}
    </Panel>
  );
}

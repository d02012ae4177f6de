"use client";

import type { ServiceRowView } from "@sluice/api/views/cluster-view";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import clsx from "clsx";
import { useLayoutEffect, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { Panel } from "../../components/panel.tsx";
import { AnsweredBy, LastChangeCell, LatencyCell, OwnerBadge, RateCell, ServiceName, SuccessCell } from "../../components/service-cells.tsx";
import { useNow } from "../../trpc/live-provider.tsx";
import { useClusterLook } from "../../trpc/use-clusters.ts";
import type { ListQuery, SortField } from "./service-list.ts";

const wide = "md:grid-cols-[minmax(150px,1.1fr)_minmax(240px,1.7fr)_84px_84px_72px_minmax(110px,0.9fr)] lg:grid-cols-[minmax(150px,1.1fr)_minmax(270px,1.7fr)_88px_88px_76px_minmax(150px,1fr)_124px]";
const rowHeight = 48;
const cardHeight = 84;

interface ServiceTableProps {
  rows: ServiceRowView[];
  query: ListQuery;
  onSort: (sort: SortField, descending: boolean) => void;
}

/** One row a service; only those on the screen are drawn, so that thousands scroll. */
export function ServiceTable({ rows, query, onSort }: ServiceTableProps) {
  const t = useTranslations("services");
  const look = useClusterLook();
  const nowMs = useNow();
  const body = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState({ top: 0, cards: false });
  useLayoutEffect(() => {
    const measure = () => setPlace({ top: body.current?.offsetTop ?? 0, cards: window.innerWidth < 768 });
    measure();
    window.addEventListener("resize", measure);
    return () => window.removeEventListener("resize", measure);
  }, []);
  const height = place.cards ? cardHeight : rowHeight;
  const virtual = useWindowVirtualizer({ count: rows.length, estimateSize: () => height, overscan: 12, scrollMargin: place.top, getItemKey: (index) => rows[index]?.service ?? index });
  const { measure } = virtual;
  useLayoutEffect(() => measure(), [height, measure]);
  const headProps = { query, onSort };
  return (
    <Panel className="overflow-hidden">
      <div role="table" aria-label={t("title")} aria-rowcount={rows.length + 1} className="text-sm">
        <div role="row" aria-rowindex={1} className={`hidden h-10 items-center gap-5 border-b border-line px-3.5 text-xs text-ink-2 md:grid ${wide}`}>
          <SortHead field="name" label={t("service")} {...headProps} />
          <span role="columnheader">{t("answered-by")}</span>
          <SortHead field="requests" label={t("requests")} right {...headProps} />
          <SortHead field="success" label={t("success")} right {...headProps} />
          <SortHead field="p95" label="p95" right {...headProps} />
          <SortHead field="changed" label={t("last-change")} {...headProps} />
          <span role="columnheader" className="hidden lg:block">{t("kept-by")}</span>
        </div>
        <div ref={body} role="rowgroup" className="relative" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index];
            return row === undefined ? null : (
              <div
                key={item.key}
                role="row"
                aria-rowindex={item.index + 2}
                className={clsx("absolute inset-x-0 top-0 grid grid-cols-[minmax(0,1fr)_auto] content-center items-center gap-x-5 gap-y-1.5 border-line px-3.5 hover:bg-paper", item.index > 0 && "border-t", wide)}
                style={{ height, transform: `translateY(${item.start - place.top}px)` }}
              >
                <span role="cell" className="min-w-0 truncate"><ServiceName row={row} /></span>
                <span role="cell" className="max-md:order-3 max-md:col-span-2"><AnsweredBy row={row} look={look} /></span>
                <span role="cell" className="num"><RateCell row={row} /></span>
                <span role="cell" className="num hidden md:block"><SuccessCell row={row} /></span>
                <span role="cell" className="num hidden md:block"><LatencyCell row={row} /></span>
                <span role="cell" className="hidden min-w-0 truncate md:block"><LastChangeCell row={row} nowMs={nowMs} /></span>
                <span role="cell" className="hidden min-w-0 lg:block"><OwnerBadge row={row} /></span>
              </div>
            );
          })}
        </div>
        {rows.length === 0 ? <p className="px-4 py-10 text-center text-ink-2">{t("no-match")}</p> : null}
      </div>
    </Panel>
  );
}

interface SortHeadProps {
  field: SortField;
  label: string;
  right?: boolean;
  query: ListQuery;
  onSort: ServiceTableProps["onSort"];
}

function SortHead({ field, label, right = false, query, onSort }: SortHeadProps) {
  const active = query.sort === field;
  const flip = active ? !query.descending : field !== "name";
  return (
    <span role="columnheader" aria-sort={active ? (query.descending ? "descending" : "ascending") : "none"} className={right ? "text-right" : undefined}>
      <button type="button" onClick={() => onSort(field, flip)} className={clsx("inline-flex min-h-6 items-center gap-1 hover:text-ink", active && "font-[560] text-ink", right && "flex-row-reverse")}>
        {label}
        <span aria-hidden="true" className={clsx("w-2", !active && "invisible")}>{query.descending ? "↓" : "↑"}</span>
      </button>
    </span>
  );
}

"use client";

import type { ServiceRowView } from "@sluice/api/views/cluster-view";
import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "next/navigation";
import { useDeferredValue, useMemo, useState } from "react";
import { useTranslations } from "use-intl";
import { CommandLine } from "../../components/command-line.tsx";
import { ErrorNote } from "../../components/error-note.tsx";
import { knownOr } from "../../components/known-value.tsx";
import { PageHead } from "../../components/page-head.tsx";
import { Panel } from "../../components/panel.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { useHydrated } from "../../components/use-hydrated.ts";
import { useFormat } from "../../format/use-format.ts";
import { errorView } from "../../trpc/error-view.ts";
import { useLive } from "../../trpc/live-provider.tsx";
import { useTRPC } from "../../trpc/trpc.ts";
import { type ListQuery, listServices, readQuery, writeQuery } from "./service-list.ts";
import { ServiceTable } from "./service-table.tsx";

/** Every service of the set; filter and order are in the address. */
export function ServicesPage() {
  const t = useTranslations("services");
  const format = useFormat();
  const trpc = useTRPC();
  const fleet = useLive().fleet;
  const hydrated = useHydrated();
  const list = useQuery(trpc.services.list.queryOptions(undefined, { refetchInterval: 3000 }));
  const parameters = useSearchParams();
  const [query, setQuery] = useState<ListQuery>(() => readQuery(parameters));
  const filter = useDeferredValue(query.filter);
  const rows = list.data ?? fleet?.services;
  // The page is drawn each second; with thousands of rows none of this may be done anew then.
  const counts = useMemo(() => countsOf(rows ?? []), [rows]);
  const { sort, descending } = query;
  const shown = useMemo(() => listServices(rows ?? [], { filter, sort, descending }), [rows, filter, sort, descending]);
  const change = (next: ListQuery) => {
    setQuery(next);
    // Not through the router: the server has nothing to add, and typing must stay quick.
    window.history.replaceState(null, "", `/services${writeQuery(next)}`);
  };
  if (rows === undefined) {
    return (
      <>
        <PageHead title={list.isError ? t("title") : <Skeleton className="h-[30px] w-[420px] max-w-full" />} />
        {list.isError ? <ErrorNote {...errorView(list.error)} retry={() => void list.refetch()} /> : <Skeleton className="h-[420px] rounded-panel" />}
      </>
    );
  }
  return (
    <>
      <PageHead title={rows.length === 0 ? t("sentence-none") : t("sentence", { count: format.count(rows.length), busy: format.count(counts.busy), split: format.count(counts.split) })} />
      {rows.length === 0 ? (
        <Panel className="px-6 py-10">
          <p className="mb-3 text-ink-2">{t("empty")}</p>
          <CommandLine command="kubectl get serviceexports --all-namespaces" />
        </Panel>
      ) : (
        <>
          <div className="mb-4 flex flex-wrap items-center gap-3">
            <input
              type="search"
              value={query.filter}
              disabled={!hydrated}
              onChange={(event) => change({ ...query, filter: event.target.value })}
              aria-label={t("filter")}
              placeholder={t("filter")}
              className="h-[34px] w-full max-w-72 rounded-control border border-line-strong bg-panel px-3 text-base placeholder:text-ink-3 pointer-coarse:h-11"
            />
            <span role="status" className="text-sm text-ink-2">{query.filter === "" ? "" : t("found", { count: format.count(shown.length) })}</span>
          </div>
          <ServiceTable rows={shown} query={query} onSort={(sort, descending) => change({ ...query, sort, descending })} />
        </>
      )}
    </>
  );
}

/** Services with traffic now, and those that several clusters answer. */
function countsOf(rows: readonly ServiceRowView[]): { busy: number; split: number } {
  const busy = rows.filter((row) => (knownOr(row.requestsPerSecond) ?? 0) > 0);
  const split = rows.filter((row) => row.requested.filter((share) => share.permille > 0).length > 1);
  return { busy: busy.length, split: split.length };
}

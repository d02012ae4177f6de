"use client";

import type { SplitRowView } from "@sluice/api/views/service-view";
import clsx from "clsx";
import { useSearchParams } from "next/navigation";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { ErrorNote } from "../../components/error-note.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { errorView } from "../../trpc/error-view.ts";
import { useLiveService } from "../../trpc/live-provider.tsx";
import { useClusterLook } from "../../trpc/use-clusters.ts";
import { RevisionChange } from "./revision-change.tsx";
import { RevisionList } from "./revision-list.tsx";
import { useRevisions } from "./use-revisions.ts";

interface Choice {
  source: string | null;
  from: number | null;
  to: number | null;
}

/** Every revision of the split, one source cluster at a time; what is chosen is in the address. */
export function HistoryTab({ service }: { service: string }) {
  const rows = useLiveService(service)?.rows;
  const parameters = useSearchParams();
  const [choice, setChoice] = useState<Choice>(() => ({ source: parameters.get("source"), from: numberOf(parameters.get("from")), to: numberOf(parameters.get("to")) }));
  const row = rows?.find((candidate) => candidate.source === choice.source) ?? rows?.find((candidate) => candidate.policy !== null) ?? rows?.[0];
  const choose = (next: Choice) => {
    setChoice(next);
    const query = new URLSearchParams(Object.entries(next).flatMap(([name, value]: [string, string | number | null]) => (value === null ? [] : [[name, String(value)]])));
    window.history.replaceState(null, "", `/services/${service}/history?${query.toString()}`);
  };
  if (rows === undefined || row === undefined) return <Skeleton className="h-[420px] rounded-panel" />;
  return (
    <>
      {rows.length > 1 ? <SourceSwitch rows={rows} chosen={row.source} onChoose={(source) => choose({ source, from: null, to: null })} /> : null}
      <RowHistory key={row.source} service={service} row={row} choice={choice} onChoose={(from, to) => choose({ source: row.source, from, to })} />
    </>
  );
}

function numberOf(text: string | null): number | null {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : null;
}

function SourceSwitch({ rows, chosen, onChoose }: { rows: SplitRowView[]; chosen: string; onChoose: (source: string) => void }) {
  const t = useTranslations("history");
  const look = useClusterLook();
  return (
    <div role="group" aria-label={t("source")} className="mb-4 flex flex-wrap items-center gap-2 text-sm">
      <span className="text-ink-2">{t("source")}</span>
      {rows.map(({ source }) => (
        <button key={source} type="button" aria-pressed={source === chosen} onClick={() => onChoose(source)} className={clsx("min-h-8 rounded-full border px-3 pointer-coarse:min-h-11", source === chosen ? "border-ink font-[560]" : "border-line text-ink-2 hover:text-ink")}>
          {look(source).name}
        </button>
      ))}
    </div>
  );
}

function RowHistory({ service, row, choice, onChoose }: { service: string; row: SplitRowView; choice: Choice; onChoose: (from: number | null, to: number) => void }) {
  const t = useTranslations("history");
  const look = useClusterLook();
  const list = useRevisions(service, row.source, `${row.policy?.generation ?? 0} ${row.revision?.number ?? 0}`);
  const name = look(row.source).name;
  if (list.isError && list.data === undefined) return <ErrorNote {...errorView(list.error)} retry={() => void list.refetch()} />;
  if (list.data === undefined) return <Skeleton className="h-[420px] rounded-panel" />;
  const revisions = list.data;
  const position = Math.max(0, revisions.findIndex((revision) => revision.number === choice.to));
  const to = revisions[position];
  if (to === undefined) return <p className="text-ink-2">{t("empty-source", { cluster: name })}</p>;
  const from = revisions.find((revision) => revision.number === choice.from && revision.number !== to.number) ?? revisions[position + 1] ?? null;
  const current = row.revision?.number ?? null;
  return (
    <>
      <p className="mb-4 text-ink-2">{t("sentence", { count: revisions.length, cluster: name })}</p>
      <div className="grid grid-cols-1 items-start gap-5 min-[900px]:grid-cols-[minmax(0,380px)_minmax(0,1fr)]">
        <RevisionList revisions={revisions} source={row.source} current={current} chosen={to.number} onChoose={(number) => onChoose(null, number)} />
        <RevisionChange service={service} source={row.source} sourceName={name} revisions={revisions} current={current} to={to} from={from} onCompare={(number) => onChoose(number, to.number)} />
      </div>
    </>
  );
}

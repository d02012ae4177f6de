"use client";

import Link from "next/link";
import { useTranslations } from "use-intl";
import { ErrorNote } from "../../components/error-note.tsx";
import { Panel, PanelHead } from "../../components/panel.tsx";
import { shortActor } from "../../components/service-cells.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { useFormat } from "../../format/use-format.ts";
import { useNow } from "../../trpc/live-provider.tsx";
import { errorView } from "../../trpc/error-view.ts";
import type { Revision } from "./describe-revision.ts";
import { RevisionWords } from "./revision-words.tsx";
import { useRevisions } from "./use-revisions.ts";

const shownMax = 6;

/** The latest revisions of a row, and the way to all of them. */
export function HistoryCard({ service, source, version }: { service: string; source: string; version: string }) {
  const t = useTranslations("history");
  const list = useRevisions(service, source, version);
  const count = list.data?.length ?? 0;
  const all = count === 0 ? null : (
    <Link href={`/services/${service}/history?source=${encodeURIComponent(source)}`} className="inline-flex min-h-6 items-center font-[540] text-accent hover:underline">{t("all", { count })}</Link>
  );
  return (
    <Panel label={t("title")} className="px-[18px] py-4">
      <PanelHead title={t("title")} aside={all} />
      {list.isError ? (
        <div className="mt-3"><ErrorNote {...errorView(list.error)} retry={() => void list.refetch()} /></div>
      ) : list.data === undefined ? (
        <Skeleton className="mt-3 h-[150px]" />
      ) : count === 0 ? (
        <p className="mt-2 text-sm text-ink-2">{t("empty")}</p>
      ) : (
        <ol className="mt-2 divide-y divide-line">
          {list.data.slice(0, shownMax).map((revision) => <RevisionLine key={`${revision.uid} ${revision.number}`} revision={revision} source={source} />)}
        </ol>
      )}
    </Panel>
  );
}

function RevisionLine({ revision, source }: { revision: Revision; source: string }) {
  const format = useFormat();
  const nowMs = useNow();
  return (
    <li className="flex min-h-[35px] items-center gap-4 py-1.5 text-sm">
      <time dateTime={new Date(revision.atMs).toISOString()} title={format.full(revision.atMs)} className="min-w-11 shrink-0 text-ink-2">{format.day(revision.atMs, nowMs)}</time>
      <span className="min-w-0 flex-1 truncate" title={revision.reason ?? undefined}>
        <RevisionWords revision={revision} source={source} />
        {revision.reason === null ? null : <span className="text-ink-3"> — {revision.reason}</span>}
      </span>
      <span className="max-w-[35%] shrink-0 truncate text-ink-2">{shortActor(revision.by)}</span>
    </li>
  );
}

"use client";

import { useTranslations } from "use-intl";
import { Panel } from "../../components/panel.tsx";
import { shortActor } from "../../components/service-cells.tsx";
import { useFormat } from "../../format/use-format.ts";
import { useNow } from "../../trpc/live-provider.tsx";
import type { Revision } from "./describe-revision.ts";
import { RevisionWords } from "./revision-words.tsx";

interface RevisionListProps {
  revisions: Revision[];
  source: string;
  /** Number of the revision in force, when it is known. */
  current: number | null;
  chosen: number;
  onChoose: (number: number) => void;
}

/** Every revision, newest first: what, why, who and when. */
export function RevisionList({ revisions, source, current, chosen, onChoose }: RevisionListProps) {
  const t = useTranslations("history");
  const format = useFormat();
  const nowMs = useNow();
  return (
    <Panel label={t("title")} className="overflow-hidden p-1.5">
      <ol className="max-h-[70vh] overflow-y-auto max-md:max-h-[50vh]">
        {revisions.map((revision) => (
          <li key={`${revision.uid} ${revision.number}`}>
            <button type="button" aria-pressed={revision.number === chosen} onClick={() => onChoose(revision.number)} className="block w-full rounded-control px-3 py-2.5 text-left text-sm -outline-offset-2 hover:bg-sunk aria-pressed:bg-sunk">
              <span className="flex items-baseline justify-between gap-3">
                <span className="min-w-0 truncate font-[560]"><RevisionWords revision={revision} source={source} /></span>
                <time dateTime={new Date(revision.atMs).toISOString()} title={format.full(revision.atMs)} className="shrink-0 text-xs text-ink-2">
                  {format.day(revision.atMs, nowMs)}{nowMs === 0 ? "" : ` · ${format.ago(revision.atMs, nowMs)}`}
                </time>
              </span>
              <span className="mt-0.5 block break-words text-ink-2">{revision.reason ?? t("no-reason")}</span>
              <span className="mt-0.5 flex justify-between gap-3 text-xs text-ink-2">
                <span className="truncate">{t("number", { number: revision.number })} · {shortActor(revision.by)}</span>
                {revision.number === current ? <span className="shrink-0 text-good">{t("current")}</span> : null}
              </span>
            </button>
            {revision.gapBefore ? <p className="px-3 py-1.5 text-xs text-ink-2">{t("gap")}</p> : null}
          </li>
        ))}
      </ol>
    </Panel>
  );
}

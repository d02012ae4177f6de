"use client";

import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "../../components/button.tsx";
import { ErrorNote } from "../../components/error-note.tsx";
import { Panel, PanelHead } from "../../components/panel.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { errorView } from "../../trpc/error-view.ts";
import { useTRPC } from "../../trpc/trpc.ts";
import { PolicyDiff } from "../split/policy-diff.tsx";
import type { Revision } from "./describe-revision.ts";
import { RestoreDialog } from "./restore-dialog.tsx";

interface RevisionChangeProps {
  service: string;
  source: string;
  sourceName: string;
  revisions: Revision[];
  current: number | null;
  to: Revision;
  from: Revision | null;
  onCompare: (number: number) => void;
}

/** The difference of two revisions, and the way back to the chosen one. */
export function RevisionChange({ service, source, sourceName, revisions, current, to, from, onCompare }: RevisionChangeProps) {
  const t = useTranslations("history");
  const trpc = useTRPC();
  const [restoring, setRestoring] = useState(false);
  const other = from ?? to;
  const diff = useQuery(trpc.revisions.diff.queryOptions({ service, source, from: other.number, to: to.number }, { staleTime: Infinity }));
  return (
    <Panel className="min-w-0 px-4 py-4 md:px-[22px]" label={t("change", { number: to.number })}>
      <PanelHead title={t("change", { number: to.number })} />
      <label className="mt-3 flex flex-wrap items-center gap-x-3 gap-y-1 text-sm">
        <span className="text-ink-2">{t("compare")}</span>
        <select
          value={from?.number ?? ""}
          disabled={revisions.length < 2}
          onChange={(event) => onCompare(Number(event.target.value))}
          className="h-[34px] max-w-full rounded-control border border-line-strong bg-panel px-2 pointer-coarse:h-11"
        >
          {from === null ? <option value="">{t("before-it")}</option> : null}
          {revisions.filter((revision) => revision.number !== to.number).map((revision) => <option key={revision.number} value={revision.number}>{t("number", { number: revision.number })}</option>)}
        </select>
      </label>
      {diff.isError ? (
        <div className="mt-4"><ErrorNote {...errorView(diff.error)} retry={() => void diff.refetch()} /></div>
      ) : diff.data === undefined ? (
        <Skeleton className="mt-4 h-[220px]" />
      ) : from !== null && diff.data.before === diff.data.after ? (
        <p className="mt-4 text-sm text-ink-2">{t("same")}</p>
      ) : (
        <PolicyDiff title={`GlobalTrafficPolicy ${service} · ${sourceName}`} before={from === null ? "" : diff.data.before} after={diff.data.after} />
      )}
      <div className="mt-4 flex flex-wrap items-center justify-end gap-3">
        {to.number === current ? <p className="text-sm text-ink-2">{t("is-current")}</p> : <Button tone="primary" onClick={() => setRestoring(true)}>{t("restore", { number: to.number })}</Button>}
      </div>
      {restoring ? <RestoreDialog service={service} source={source} sourceName={sourceName} revision={to} onClose={() => setRestoring(false)} /> : null}
    </Panel>
  );
}

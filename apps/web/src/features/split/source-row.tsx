"use client";

import type { SplitRowView } from "@sluice/api/views/service-view";
import { useTranslations } from "use-intl";
import { KnownValue, knownOr } from "../../components/known-value.tsx";
import { Panel } from "../../components/panel.tsx";
import { shortActor } from "../../components/service-cells.tsx";
import { useFormat } from "../../format/use-format.ts";
import { useNow } from "../../trpc/live-provider.tsx";
import { useClusterLook } from "../../trpc/use-clusters.ts";
import { CapturedNote } from "./captured-note.tsx";
import { DraftBarPicture } from "./draft-bar-picture.tsx";
import { useDrafts } from "./draft-store.tsx";
import { FailOverOrder } from "./fail-over-order.tsx";
import { FourTruths } from "./four-truths.tsx";
import { MeasureNote } from "./measure-note.tsx";
import { type DraftAction, draftOf, type SplitDraft } from "./split-draft.ts";
import { StickyMark, StickyNote } from "./sticky-split.tsx";
import { TargetRow } from "./target-row.tsx";
import { UndoButton } from "./undo-button.tsx";

/** The draft of a row, or the row as it is. */
export function useRowDraft(service: string, row: SplitRowView): { draft: SplitDraft; act: (action: DraftAction) => void } {
  const { drafts, dispatch } = useDrafts();
  const initial = draftOf(service, row);
  const draft = drafts.find((candidate) => candidate.service === service && candidate.source === row.source) ?? initial;
  return { draft, act: (action) => dispatch(initial, action) };
}

/** One source cluster: who its callers are answered by, and the controls that prepare a change of it. */
export function SourceRow({ service, row }: { service: string; row: SplitRowView }) {
  const t = useTranslations("split");
  const format = useFormat();
  const look = useClusterLook();
  const { draft, act } = useRowDraft(service, row);
  const name = look(row.source).name;
  const rate = knownOr(row.requestsPerSecond);
  return (
    <Panel label={t("callers-in", { cluster: name })} className="overflow-hidden">
      <div className="px-4 pt-4 pb-3.5 md:px-[22px]">
        <RowHead row={row} service={service} name={name} />
        <div className="mt-3.5">
          <DraftBarPicture
            label={t("bar-label", { source: name, list: draft.keys.map((key, index) => `${look(key).name} ${format.share(draft.shares[index] ?? 0)}`).join(", ") })}
            share={format.share}
            parts={draft.keys.map((key, index) => ({ ...look(key), livePermille: shareInMode(draft, index, true), draftPermille: shareInMode(draft, index, false) }))}
          />
        </div>
        <div className="mt-2 flex flex-wrap items-center justify-between gap-x-4 text-xs text-ink-3">
          {canDragAway(draft) ? <span>{t("local-drag", { cluster: name })}</span> : <span>{t("legend-live")}<span className="ml-4">{t("legend-draft")}</span></span>}
          {draft.mode === "ActiveActive" || canDragAway(draft) ? <RowTools draft={draft} act={act} /> : null}
        </div>
      </div>
      <div className="border-t border-line px-4 md:px-[22px]">
        {draft.mode === "ActiveActive" || canDragAway(draft) ? (
          <ul>
            {row.targets.map((target, index) => (
              <TargetRow
                key={target.clusterKey}
                target={target}
                look={look(target.clusterKey)}
                sourceName={name}
                index={index}
                permille={draft.shares[index] ?? 0}
                livePermille={draft.base.shares[index] ?? 0}
                locked={draft.locks[index] ?? false}
                movable={draft.locks.filter((locked, at) => at !== index && !locked).length > 0}
                rate={rate}
                act={act}
              />
            ))}
          </ul>
        ) : draft.mode === "FailOver" ? (
          <FailOverOrder source={row.source} order={draft.failOver} act={act} />
        ) : (
          <p className="py-6 text-sm text-ink-2">{t("local-only-why", { cluster: name })}</p>
        )}
      </div>
      <FourTruths row={row} />
      <StickyNote row={row} />
      <CapturedNote service={service} row={row} />
      <MeasureNote service={service} row={row} />
    </Panel>
  );
}

/** A row that is local only offers its sliders too: dragging one is how a split begins. */
function canDragAway(draft: SplitDraft): boolean {
  return draft.mode === "Locality" && draft.base.mode === "Locality" && draft.keys.length > 1;
}

/** What the bar shows for a target: its share when split, all for the own cluster otherwise. */
function shareInMode(draft: SplitDraft, index: number, live: boolean): number {
  const mode = live ? draft.base.mode : draft.mode;
  const own = draft.keys[index] === draft.source;
  if (mode !== "ActiveActive") return own ? 1000 : 0;
  return (live ? draft.base.shares : draft.shares)[index] ?? 0;
}

function RowTools({ draft, act }: { draft: SplitDraft; act: (action: DraftAction) => void }) {
  const t = useTranslations("split");
  const look = useClusterLook();
  const own = draft.keys.indexOf(draft.source);
  return (
    <span className="flex gap-1">
      <button type="button" onClick={() => act({ type: "even" })} className="min-h-6 rounded-[6px] px-2 text-ink-2 hover:bg-sunk hover:text-ink">{t("even")}</button>
      {own >= 0 && (draft.shares[own] ?? 0) > 0 && draft.keys.length > 1 ? (
        <button type="button" onClick={() => act({ type: "drain", index: own })} className="min-h-6 rounded-[6px] px-2 text-ink-2 hover:bg-sunk hover:text-ink">{t("drain", { cluster: look(draft.source).name })}</button>
      ) : null}
    </span>
  );
}

function RowHead({ row, service, name }: { row: SplitRowView; service: string; name: string }) {
  const t = useTranslations("split");
  const git = useTranslations("git");
  const format = useFormat();
  const nowMs = useNow();
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1.5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
        <h2 className="text-base font-[580]">{t("callers-in", { cluster: name })}</h2>
        {row.owner.kind === "git" ? <span className="rounded-full border border-line px-2.5 py-px text-xs whitespace-nowrap text-ink-2">{git("managed", { owner: row.owner.detail })}</span> : null}
        <span className="rounded-full border border-line px-2.5 py-px text-xs text-ink-2">
          <KnownValue value={row.requestsPerSecond}>{(rate) => t("rate-callers", { rate: format.rate(rate), count: row.callers })}</KnownValue>
        </span>
        <StickyMark row={row} />
      </div>
      <div className="flex items-center gap-2 text-sm text-ink-2">
        {row.revision === null ? (
          <span>{row.policy === null ? t("no-policy") : t("no-revision")}</span>
        ) : (
          <span title={row.revision.reason ?? undefined}>{t("revision", { number: row.revision.number, ago: nowMs === 0 ? "" : format.ago(row.revision.atMs, nowMs), by: shortActor(row.revision.by) })}</span>
        )}
        {row.undo === null ? null : <UndoButton service={service} source={row.source} revision={row.revision?.number ?? row.undo.revision} />}
      </div>
    </div>
  );
}

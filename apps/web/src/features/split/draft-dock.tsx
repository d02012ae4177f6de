"use client";

import dynamic from "next/dynamic";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "../../components/button.tsx";
import { ClusterMark } from "../../components/cluster-mark.tsx";
import { knownOr } from "../../components/known-value.tsx";
import { useFormat } from "../../format/use-format.ts";
import { useLiveService } from "../../trpc/live-provider.tsx";
import { useClusterLook } from "../../trpc/use-clusters.ts";
import { useDrafts } from "./draft-store.tsx";
import { ReviewDialog } from "./review-dialog.tsx";
import { changes, mainMove, type SplitDraft } from "./split-draft.ts";

const ReviewRowsDialog = dynamic(() => import("./review-rows-dialog.tsx").then((module) => module.ReviewRowsDialog), { ssr: false });

/** The draft that was touched last, floating over whatever page the reader is on. */
export function DraftDock() {
  const { drafts } = useDrafts();
  const draft = drafts.findLast(changes);
  // While a review is open, applied drafts go away under it: it keeps those that it was opened with.
  const [reviewed, setReviewed] = useState<readonly SplitDraft[] | null>(null);
  const together = drafts.filter((other) => changes(other) && other.service === draft?.service);
  return (
    <>
      {draft === undefined ? null : <DraftBar key={`${draft.service} ${draft.source}`} draft={draft} more={drafts.filter(changes).length - 1} together={together.length} onReviewAll={() => setReviewed(together)} />}
      {reviewed === null ? null : <ReviewRowsDialog drafts={reviewed} onClose={() => setReviewed(null)} />}
    </>
  );
}

function DraftBar({ draft, more, together, onReviewAll }: { draft: SplitDraft; more: number; together: number; onReviewAll: () => void }) {
  const t = useTranslations("draft");
  const rows = useTranslations("rows");
  const { discard } = useDrafts();
  const [reviewing, setReviewing] = useState(false);
  const live = useLiveService(draft.service);
  const row = live?.rows.find((candidate) => candidate.source === draft.source);
  const overtaken = row !== undefined && (row.policy?.generation ?? null) !== draft.base.generation;
  return (
    <>
      <section
        aria-label={t("title")}
        className="fixed bottom-[calc(64px+var(--action-bar,0px)+env(safe-area-inset-bottom))] left-1/2 z-30 flex w-[calc(100vw-24px)] max-w-max -translate-x-1/2 flex-wrap items-center gap-x-4 gap-y-2.5 rounded-panel bg-bar px-4 py-3 text-sm text-on-bar shadow-float md:bottom-6 md:flex-nowrap md:px-5"
      >
        <DraftWords draft={draft} rate={row === undefined ? null : knownOr(row.requestsPerSecond)} />
        {overtaken ? <span className="text-on-bar-2">{overtakenWords(draft.base.revision, row.revision?.number ?? null, t)}</span> : null}
        {more > 0 ? <span className="text-on-bar-2">{t("more", { count: more })}</span> : null}
        <span className="ml-auto flex gap-3 md:ml-0">
          <Button tone="on-bar" onClick={() => discard(draft.service, draft.source)}>{t("discard")}</Button>
          <Button tone={together > 1 ? "on-bar" : "on-bar-strong"} onClick={() => setReviewing(true)}>{t("review")}</Button>
          {together > 1 ? <Button tone="on-bar-strong" onClick={onReviewAll}>{rows("review", { count: together })}</Button> : null}
        </span>
      </section>
      {reviewing ? <ReviewDialog draft={draft} onClose={() => setReviewing(false)} /> : null}
    </>
  );
}

function overtakenWords(base: number | null, now: number | null, t: ReturnType<typeof useTranslations<"draft">>): string {
  return base === null || now === null || base === now ? t("overtaken") : t("overtaken-by", { base, now });
}

function DraftWords({ draft, rate }: { draft: SplitDraft; rate: number | null }) {
  const t = useTranslations("draft");
  const split = useTranslations("split");
  const format = useFormat();
  const look = useClusterLook();
  const move = draft.mode === "ActiveActive" && draft.base.mode !== "FailOver" ? mainMove(draft) : null;
  const key = move === null ? draft.source : (draft.keys[move.index] ?? draft.source);
  return (
    <p className="flex min-w-0 items-center gap-3">
      <ClusterMark color={look(key).color} />
      {move === null ? (
        <span className="font-[560]">{t("mode", { source: look(draft.source).name, mode: split(`mode-${draft.mode}`) })}</span>
      ) : (
        <span>
          <span className="font-[560] whitespace-nowrap">{t("move", { cluster: look(key).name, from: format.share(move.from, true), to: format.share(move.to, true) })}</span>
          {rate === null ? null : <span className="whitespace-nowrap text-on-bar-2"> · {t("rate", { rate: format.rate((rate * (move.to - move.from)) / 1000) })}</span>}
        </span>
      )}
    </p>
  );
}

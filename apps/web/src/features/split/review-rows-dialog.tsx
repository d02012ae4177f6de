"use client";

import type { PreviewView } from "@sluice/api/views/change-view";
import { useMutation, useQueries } from "@tanstack/react-query";
import { useState } from "react";
import { toast } from "sonner";
import { useTranslations } from "use-intl";
import { Button } from "../../components/button.tsx";
import { DialogActions } from "../../components/dialog-actions.tsx";
import { Modal } from "../../components/modal.tsx";
import { errorView } from "../../trpc/error-view.ts";
import { useTRPC } from "../../trpc/trpc.ts";
import { useClusterLook } from "../../trpc/use-clusters.ts";
import { applyRows, isOpen, isPartial, type RowOutcome } from "./apply-rows.ts";
import { useDrafts } from "./draft-store.tsx";
import { ReasonField } from "./reason-field.tsx";
import { consents, noConsent, ReviewRowsPart, type RowConsent } from "./review-rows-part.tsx";
import { requestOf, type SplitDraft } from "./split-draft.ts";

const waiting: RowOutcome = { state: "waiting" };

/** Reviews and applies the drafts of several rows of a service, and reports per row; where only some took it: finish or revert. */
export function ReviewRowsDialog({ drafts, onClose }: { drafts: readonly SplitDraft[]; onClose: () => void }) {
  const t = useTranslations("rows");
  const common = useTranslations("common");
  const { parts, service, busy, consent, submit, revert } = useRowsReview(drafts, onClose);
  const [reason, setReason] = useState("");
  const open = parts.filter((part) => isOpen(part.outcome));
  const partial = isPartial(parts.map((part) => part.outcome));
  const ready = !busy && reason.trim() !== "" && open.length > 0 && open.every((part) => part.preview !== undefined && part.query?.isFetching === false && consents(part.preview, part.consent));
  return (
    <Modal open onOpenChange={(next) => (next || busy ? undefined : onClose())} title={t("title", { count: parts.length, service: service.split("/")[1] ?? service })} description={t("why")}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) void submit(open, reason.trim());
        }}
      >
        {parts.map((part) => (
          <ReviewRowsPart key={part.source} name={part.name} preview={part.preview} error={part.query?.error ?? null} outcome={part.outcome} consent={part.consent} onConsent={(given) => consent(part.source, given)} />
        ))}
        <ReasonField value={reason} onChange={setReason} />
        <DialogActions remark={partial ? t("partial") : undefined}>
          {partial ? <Button disabled={busy} onClick={() => void revert()}>{t("revert")}</Button> : <Button disabled={busy} onClick={onClose}>{common("cancel")}</Button>}
          <Button tone="primary" type="submit" disabled={!ready}>{t(partial ? "finish" : "apply", { clusters: namesOf(open) })}</Button>
        </DialogActions>
      </form>
    </Modal>
  );
}

interface Part {
  source: string;
  name: string;
  request: ReturnType<typeof requestOf>;
  query: { isFetching: boolean; error: unknown; refetch: () => Promise<unknown> } | undefined;
  preview: PreviewView | undefined;
  outcome: RowOutcome;
  consent: RowConsent;
}

const namesOf = (parts: readonly { name: string }[]) => parts.map((part) => part.name).join(", ");

function useRowsReview(drafts: readonly SplitDraft[], onClose: () => void) {
  const t = useTranslations("rows");
  const look = useClusterLook();
  const trpc = useTRPC();
  const { discard } = useDrafts();
  // What was drafted when the dialog opened is what is reviewed, and stays listed when it was applied.
  const [rows] = useState(() => drafts.map((draft) => ({ source: draft.source, service: draft.service, request: requestOf(draft) })));
  const [outcomes, setOutcomes] = useState<Readonly<Record<string, RowOutcome>>>({});
  const [given, setGiven] = useState<Readonly<Record<string, RowConsent>>>({});
  const [busy, setBusy] = useState(false);
  const fresh = { staleTime: Infinity, gcTime: 0, retry: false, refetchOnWindowFocus: false } as const;
  const previews = useQueries({ queries: rows.map(({ service, source, request }) => trpc.split.preview.queryOptions({ service, source, draft: request }, fresh)) });
  const apply = useMutation(trpc.split.applyDraft.mutationOptions());
  const undo = useMutation(trpc.split.undo.mutationOptions());
  const service = rows[0]?.service ?? "";
  const parts = rows.map((row, index): Part => ({ source: row.source, request: row.request, name: look(row.source).name, query: previews[index], preview: previews[index]?.data as PreviewView | undefined, outcome: outcomes[row.source] ?? waiting, consent: given[row.source] ?? noConsent }));

  const submit = async (open: readonly Part[], reason: string) => {
    setBusy(true);
    const applyRow = async (source: string) => {
      const part = open.find((candidate) => candidate.source === source);
      if (part?.preview === undefined) throw new Error(source);
      const { preview, request, consent } = part;
      const name = preview.confirmName === null ? {} : { confirmName: consent.typed.trim() };
      return await apply.mutateAsync({ service, source, draft: request, base: preview.base, reason, overrides: consent.overrides, ...name });
    };
    const results = await applyRows({ sources: open.map((part) => part.source), apply: applyRow, onOutcome: (source, outcome) => setOutcomes((held) => ({ ...held, [source]: outcome })), view: errorView });
    const isApplied = (source: string) => results.get(source)?.state === "applied";
    for (const { source } of open) if (isApplied(source)) discard(service, source);
    // What is asked next is asked of what is there now.
    await Promise.all(open.map(async ({ source, query }) => (isApplied(source) ? undefined : await query?.refetch())));
    setBusy(false);
    if (!open.every(({ source }) => isApplied(source))) return;
    toast.success(t("all-applied", { clusters: namesOf(parts) }));
    onClose();
  };

  const revert = async () => {
    setBusy(true);
    const applied = parts.filter((part) => part.outcome.state === "applied");
    // What was passed over to apply a row does not keep it from being taken back.
    const undoRow = (source: string) => undo.mutateAsync({ service, source, reason: t("revert-reason"), overrides: applied.find((part) => part.source === source)?.consent.overrides ?? [] });
    const results = await applyRows({ sources: applied.map((part) => part.source), apply: undoRow, onOutcome: () => undefined, view: errorView });
    const kept = applied.filter(({ source }) => results.get(source)?.state !== "applied");
    if (kept.length === 0) toast.success(t("reverted", { clusters: namesOf(applied) }));
    else toast.error(t("revert-failed", { clusters: namesOf(kept) }));
    onClose();
  };

  return { parts, service, busy, submit, revert, consent: (source: string, consent: RowConsent) => setGiven((held) => ({ ...held, [source]: consent })) };
}

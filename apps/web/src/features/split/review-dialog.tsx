"use client";

import type { PreviewView } from "@sluice/api/views/change-view";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { toast } from "sonner";
import { useTranslations } from "use-intl";
import { Button } from "../../components/button.tsx";
import { DialogActions } from "../../components/dialog-actions.tsx";
import { ErrorNote } from "../../components/error-note.tsx";
import { Modal } from "../../components/modal.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { useFormat } from "../../format/use-format.ts";
import { errorView } from "../../trpc/error-view.ts";
import { useTRPC } from "../../trpc/trpc.ts";
import { useClusterLook } from "../../trpc/use-clusters.ts";
import { ConflictView, type Conflict } from "./conflict-view.tsx";
import { useDrafts } from "./draft-store.tsx";
import { CopyForGit, GitRelease } from "./git-release.tsx";
import { GuardList } from "./guard-list.tsx";
import { PolicyDiff } from "./policy-diff.tsx";
import { ReasonField } from "./reason-field.tsx";
import { ReviewTable } from "./review-table.tsx";
import { type SplitDraft, requestOf } from "./split-draft.ts";
import { useUndo } from "./undo-button.tsx";

/** Everything that a person should see before traffic moves; the server decided what that is. */
export function ReviewDialog({ draft, onClose }: { draft: SplitDraft; onClose: () => void }) {
  const t = useTranslations("review");
  const look = useClusterLook();
  const trpc = useTRPC();
  const [conflict, setConflict] = useState<Conflict | null>(null);
  // The draft is what was asked when the dialog opened: nothing behind it can change what is being reviewed.
  const [request] = useState(() => requestOf(draft));
  const preview = useQuery(trpc.split.preview.queryOptions({ service: draft.service, source: draft.source, draft: request }, { staleTime: Infinity, gcTime: 0, retry: false, refetchOnWindowFocus: false }));
  const name = draft.service.split("/")[1] ?? draft.service;
  const source = look(draft.source).name;
  const title = conflict === null ? <ReviewTitle preview={preview.data} draft={draft} name={name} /> : t("conflict-title", { service: name });
  return (
    <Modal open onOpenChange={(open) => (open ? undefined : onClose())} wide={conflict !== null} title={title} description={conflict === null ? t("effect", { source }) : t("conflict-why", { by: conflict.theirsBy })}>
      {conflict !== null ? (
        <ConflictView
          conflict={conflict}
          service={draft.service}
          source={draft.source}
          onClose={onClose}
          onAgain={() => {
            setConflict(null);
            void preview.refetch();
          }}
        />
      ) : preview.isError ? (
        <div className="mt-4"><ErrorNote {...errorView(preview.error)} retry={() => void preview.refetch()} /></div>
      ) : preview.data === undefined || preview.isFetching ? (
        <Skeleton className="mt-4 h-[420px]" />
      ) : (
        <ReviewForm preview={preview.data as PreviewView} draft={draft} request={request} source={source} onClose={onClose} onConflict={setConflict} />
      )}
    </Modal>
  );
}

function ReviewTitle({ preview, draft, name }: { preview: unknown; draft: SplitDraft; name: string }) {
  const t = useTranslations("review");
  const split = useTranslations("split");
  const format = useFormat();
  const look = useClusterLook();
  const seen = preview as PreviewView | undefined;
  const gaining = seen?.targets.toSorted((one, two) => two.afterPermille - two.beforePermille - (one.afterPermille - one.beforePermille))[0];
  if (seen === undefined || gaining === undefined) return t("title-waiting", { service: name });
  const begins = draft.base.mode === "Locality" && gaining.afterPermille > gaining.beforePermille;
  if (draft.mode !== draft.base.mode && !begins) return t("title-mode", { service: name, mode: split(`mode-${draft.mode}`) });
  return t("title", { count: (gaining.afterPermille - gaining.beforePermille) / 10, points: format.share(gaining.afterPermille - gaining.beforePermille).replace(/[\u00a0 ]%$/, ""), service: name, cluster: look(gaining.clusterKey).name });
}

interface ReviewFormProps {
  preview: PreviewView;
  draft: SplitDraft;
  request: ReturnType<typeof requestOf>;
  source: string;
  onClose: () => void;
  onConflict: (conflict: Conflict) => void;
}

function ReviewForm({ preview, draft, request, source, onClose, onConflict }: ReviewFormProps) {
  const t = useTranslations("review");
  const common = useTranslations("common");
  const split = useTranslations("split");
  const trpc = useTRPC();
  const { discard } = useDrafts();
  const undo = useUndo();
  const [reason, setReason] = useState("");
  const [typed, setTyped] = useState("");
  const [overrides, setOverrides] = useState<string[]>([]);
  const apply = useMutation(
    trpc.split.applyDraft.mutationOptions({
      onSuccess: (answer) => {
        if (answer.outcome === "conflict") return onConflict(answer);
        discard(draft.service, draft.source);
        onClose();
        toast.success(t("applied", { source, revision: answer.revision }), {
          action: { label: split("undo"), onClick: () => undo.mutate({ service: draft.service, source: draft.source, reason: split("undo-reason", { revision: answer.revision }) }) },
        });
      },
    }),
  );
  const small = preview.friction === "undo";
  const refused = preview.guards.some((guard) => guard.outcome === "refuse");
  const open = preview.guards.filter((guard) => guard.outcome === "override" && !overrides.includes(guard.id));
  const named = preview.confirmName === null || typed.trim() === preview.confirmName;
  const ready = !refused && open.length === 0 && named && (small || reason.trim() !== "") && !apply.isPending;
  const submit = () =>
    apply.mutate({
      service: draft.service,
      source: draft.source,
      draft: request,
      base: preview.base,
      reason: reason.trim() === "" ? t("small-reason") : reason.trim(),
      ...(preview.confirmName === null ? {} : { confirmName: typed.trim() }),
      ...(overrides.length === 0 ? {} : { overrides }),
    });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) submit();
      }}
    >
      <ReviewTable targets={preview.targets} />
      {preview.attachment === null ? null : <p className="mt-3 text-sm">{t("attachment", { from: preview.attachment.from, to: preview.attachment.to })}</p>}
      {preview.git === null ? null : <GitRelease git={preview.git} />}
      <GuardList guards={preview.guards} overrides={overrides} onOverride={(id, on) => setOverrides((held) => (on ? [...held, id] : held.filter((other) => other !== id)))} />
      <PolicyDiff title={t("object", { service: preview.service, source })} before={preview.yamlBefore} after={preview.yamlAfter} kubectl={preview.kubectl} />
      <ReasonField value={reason} onChange={setReason} placeholder={small ? t("small-reason") : t("reason-hint")} />
      {preview.confirmName === null ? null : (
        <label className="mt-4 block">
          <span className="mb-1.5 block text-sm text-ink-2">{t("type-name", { name: preview.confirmName })}</span>
          <input value={typed} onChange={(event) => setTyped(event.target.value)} autoComplete="off" spellCheck={false} className="h-[36px] w-full rounded-control border border-line-strong bg-panel px-3 font-mono text-base pointer-coarse:h-11" />
        </label>
      )}
      {apply.isError ? <div className="mt-3"><ErrorNote {...errorView(apply.error)} /></div> : null}
      <DialogActions remark={refused ? t("refused") : t("can-undo", { source })}>
        <Button onClick={onClose}>{common("cancel")}</Button>
        {preview.git !== null && open.some((guard) => guard.id === "owner") ? (
          <CopyForGit yaml={preview.yamlAfter} owner={preview.git.detail} />
        ) : (
          <Button tone="primary" type="submit" disabled={!ready}>{t("apply", { source })}</Button>
        )}
      </DialogActions>
    </form>
  );
}

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
import { shortActor } from "../../components/service-cells.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { errorView } from "../../trpc/error-view.ts";
import { useTRPC } from "../../trpc/trpc.ts";
import { useDrafts } from "../split/draft-store.tsx";
import { GuardList } from "../split/guard-list.tsx";
import { PolicyDiff } from "../split/policy-diff.tsx";
import { ReasonField } from "../split/reason-field.tsx";
import { ReviewTable } from "../split/review-table.tsx";
import type { Revision } from "./describe-revision.ts";
import { revisionDraft } from "./revision-draft.ts";

interface RestoreDialogProps {
  service: string;
  source: string;
  sourceName: string;
  revision: Revision;
  onClose: () => void;
}

/** Shows what restoring a revision would move, as the server sees it now, and asks why. */
export function RestoreDialog({ service, source, sourceName, revision, onClose }: RestoreDialogProps) {
  const t = useTranslations("history");
  const trpc = useTRPC();
  const [draft] = useState(() => revisionDraft(revision));
  const fresh = { staleTime: Infinity, gcTime: 0, retry: false, refetchOnWindowFocus: false } as const;
  const preview = useQuery(trpc.split.preview.queryOptions({ service, source, draft }, fresh));
  // The draft is in thousandths; the object that comes back is the revision's own.
  const object = useQuery(trpc.revisions.diff.queryOptions({ service, source, from: revision.number, to: revision.number }, { staleTime: Infinity }));
  const failed = preview.error ?? object.error;
  return (
    <Modal open onOpenChange={(open) => (open ? undefined : onClose())} title={t("restore-title", { number: revision.number, service: service.split("/")[1] ?? service })} description={t("restore-why", { source: sourceName })}>
      {failed !== null ? (
        <div className="mt-4"><ErrorNote {...errorView(failed)} retry={() => void Promise.all([preview.refetch(), object.refetch()])} /></div>
      ) : preview.data === undefined || object.data === undefined ? (
        <Skeleton className="mt-4 h-[380px]" />
      ) : (
        <RestoreForm preview={preview.data as PreviewView} yamlAfter={object.data.after} revision={revision} sourceName={sourceName} onClose={onClose} />
      )}
    </Modal>
  );
}

interface RestoreFormProps {
  preview: PreviewView;
  yamlAfter: string;
  revision: Revision;
  sourceName: string;
  onClose: () => void;
}

function RestoreForm({ preview, yamlAfter, revision, sourceName, onClose }: RestoreFormProps) {
  const t = useTranslations("history");
  const review = useTranslations("review");
  const common = useTranslations("common");
  const trpc = useTRPC();
  const { discard } = useDrafts();
  const [reason, setReason] = useState("");
  const { service, source } = preview;
  const restore = useMutation(
    trpc.revisions.restore.mutationOptions({
      onSuccess: (answer) => {
        if (answer.outcome === "conflict") toast.error(t("conflict", { by: shortActor(answer.theirsBy) }));
        else {
          discard(service, source);
          toast.success(t("restored", { source: sourceName, revision: answer.revision }));
        }
        onClose();
      },
    }),
  );
  const overrides = [...new Set(preview.guards.flatMap((guard) => (guard.outcome === "override" ? [guard.id] : [])))];
  const refused = preview.guards.some((guard) => guard.outcome === "refuse");
  const ready = !refused && reason.trim() !== "" && !restore.isPending;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) restore.mutate({ service, source, number: revision.number, reason: reason.trim(), base: preview.base, overrides });
      }}
    >
      <ReviewTable targets={preview.targets} />
      {/* A way back needs one confirmation: what may be overridden is told, and not asked. */}
      <GuardList guards={preview.guards} />
      <PolicyDiff title={review("object", { service, source: sourceName })} before={preview.yamlBefore} after={yamlAfter} />
      <ReasonField value={reason} onChange={setReason} placeholder={review("reason-hint")} />
      {restore.isError ? <div className="mt-3"><ErrorNote {...errorView(restore.error)} /></div> : null}
      <DialogActions remark={refused ? review("refused") : undefined}>
        <Button onClick={onClose}>{common("cancel")}</Button>
        <Button tone="primary" type="submit" disabled={!ready}>{t("restore", { number: revision.number })}</Button>
      </DialogActions>
    </form>
  );
}

"use client";

import type { ClusterView } from "@sluice/api/views/cluster-view";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { toast } from "sonner";
import { useTranslations } from "use-intl";
import { Button } from "../../components/button.tsx";
import { CommandLine } from "../../components/command-line.tsx";
import { ErrorNote } from "../../components/error-note.tsx";
import { Modal } from "../../components/modal.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { errorView } from "../../trpc/error-view.ts";
import { useTRPC } from "../../trpc/trpc.ts";
import { LeavePreview } from "./leave-preview.tsx";

/** What stands in the way and what would change; a member leaves only after its name was typed. */
export function LeaveDialog({ cluster, onClose }: { cluster: ClusterView; onClose: () => void }) {
  const t = useTranslations("clusters");
  const common = useTranslations("common");
  const trpc = useTRPC();
  const [typed, setTyped] = useState("");
  const preview = useQuery(trpc.clusters.leavePreview.queryOptions({ key: cluster.key }, { refetchInterval: 3_000, gcTime: 0, retry: false }));
  const leave = useMutation(
    trpc.clusters.leave.mutationOptions({
      onSuccess: () => {
        toast.success(t("left", { cluster: cluster.name }));
        onClose();
      },
    }),
  );
  const ready = typed.trim() === cluster.name && !leave.isPending;
  return (
    <Modal open onOpenChange={(open) => (open ? undefined : onClose())} title={t("leave-title", { cluster: cluster.name })} description={t("leave-why", { cluster: cluster.name })}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) leave.mutate({ key: cluster.key, confirmName: typed.trim() });
        }}
      >
        {preview.isError ? <div className="mt-4"><ErrorNote {...errorView(preview.error)} retry={() => void preview.refetch()} /></div> : preview.data === undefined ? <Skeleton className="mt-4 h-[92px]" /> : <LeavePreview preview={preview.data} name={cluster.name} />}
        <div className="mt-4"><CommandLine command={`kubectl delete clusters.flomesh.io ${cluster.name}`} /></div>
        <label className="mt-4 block">
          <span className="mb-1.5 block text-sm text-ink-2">{t("leave-type", { cluster: cluster.name })}</span>
          <input value={typed} onChange={(event) => setTyped(event.target.value)} autoComplete="off" spellCheck={false} className="h-[36px] w-full rounded-control border border-line-strong bg-panel px-3 font-mono text-base pointer-coarse:h-11" />
        </label>
        {leave.isError ? <div className="mt-3"><ErrorNote {...errorView(leave.error)} /></div> : null}
        <div className="mt-5 flex justify-end gap-2">
          <Button onClick={onClose}>{common("cancel")}</Button>
          <Button tone="danger" type="submit" disabled={!ready}>{t("leave-confirm", { cluster: cluster.name })}</Button>
        </div>
      </form>
    </Modal>
  );
}

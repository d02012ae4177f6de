"use client";

import type { ClusterView } from "@sluice/api/views/cluster-view";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { toast } from "sonner";
import { useTranslations } from "use-intl";
import { Button } from "../../components/button.tsx";
import { CommandLine } from "../../components/command-line.tsx";
import { ErrorNote } from "../../components/error-note.tsx";
import { Modal } from "../../components/modal.tsx";
import { errorView } from "../../trpc/error-view.ts";
import { useTRPC } from "../../trpc/trpc.ts";

/** A member leaves only after its name was typed. */
export function LeaveDialog({ cluster, onClose }: { cluster: ClusterView; onClose: () => void }) {
  const t = useTranslations("clusters");
  const common = useTranslations("common");
  const trpc = useTRPC();
  const [typed, setTyped] = useState("");
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
        <ul className="mt-4 list-disc space-y-1 pl-5 text-sm text-ink-2">
          <li>{t("leave-imports", { cluster: cluster.name })}</li>
          <li>{t("leave-policies")}</li>
          <li>{t("leave-workloads", { cluster: cluster.name })}</li>
        </ul>
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

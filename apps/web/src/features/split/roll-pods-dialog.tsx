"use client";

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { toast } from "sonner";
import { useTranslations } from "use-intl";
import { Button } from "../../components/button.tsx";
import { DialogActions } from "../../components/dialog-actions.tsx";
import { ErrorNote } from "../../components/error-note.tsx";
import { Modal } from "../../components/modal.tsx";
import { errorView } from "../../trpc/error-view.ts";
import { useTRPC } from "../../trpc/trpc.ts";
import { ReasonField } from "./reason-field.tsx";

/** Restarts the pods behind a service in one cluster, after a confirmation and with a reason. */
export function RollPodsDialog({ service, source, cluster, onClose }: { service: string; source: string; cluster: string; onClose: () => void }) {
  const t = useTranslations("captured");
  const common = useTranslations("common");
  const trpc = useTRPC();
  const [reason, setReason] = useState("");
  const roll = useMutation(
    trpc.services.rollPods.mutationOptions({
      onSuccess: ({ workloads }) => {
        toast.success(t("rolling", { workloads: workloads.join(", "), cluster }));
        onClose();
      },
    }),
  );
  const ready = reason.trim() !== "" && !roll.isPending;
  return (
    <Modal open onOpenChange={(open) => (open ? undefined : onClose())} title={t("roll-title", { service: service.split("/")[1] ?? service, cluster })} description={t("roll-why")}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) roll.mutate({ service, cluster: source, reason: reason.trim() });
        }}
      >
        <ReasonField value={reason} onChange={setReason} placeholder={t("roll-reason")} />
        {roll.isError ? <div className="mt-3"><ErrorNote {...errorView(roll.error)} /></div> : null}
        <DialogActions>
          <Button onClick={onClose}>{common("cancel")}</Button>
          <Button tone="primary" type="submit" disabled={!ready}>{t("roll-confirm", { cluster })}</Button>
        </DialogActions>
      </form>
    </Modal>
  );
}

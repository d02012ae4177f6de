"use client";

import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { toast } from "sonner";
import { useTranslations } from "use-intl";
import { Button } from "../../components/button.tsx";
import { CommandLine } from "../../components/command-line.tsx";
import { DialogActions } from "../../components/dialog-actions.tsx";
import { ErrorNote } from "../../components/error-note.tsx";
import { Modal } from "../../components/modal.tsx";
import { errorView } from "../../trpc/error-view.ts";
import { useTRPC } from "../../trpc/trpc.ts";
import { ReasonField } from "./reason-field.tsx";

interface MeasureDialogProps {
  service: string;
  source: string;
  cluster: string;
  /** What is asked for. */
  measured: boolean;
  onClose: () => void;
}

/** Asks for the proxies in the service's path at 100 % local, or takes that back, with a reason and its kubectl beside it. */
export function MeasureDialog({ service, source, cluster, measured, onClose }: MeasureDialogProps) {
  const t = useTranslations("measure");
  const common = useTranslations("common");
  const trpc = useTRPC();
  const [reason, setReason] = useState("");
  const [namespace = "", name = ""] = service.split("/");
  const way = measured ? "on" : "off";
  const change = useMutation(
    trpc.services.setMeasured.mutationOptions({
      onSuccess: () => {
        toast.success(t(`${way}-done`, { cluster }));
        onClose();
      },
    }),
  );
  const ready = reason.trim() !== "" && !change.isPending;
  return (
    <Modal open onOpenChange={(open) => (open ? undefined : onClose())} title={t(`${way}-title`, { service: name, cluster })} description={t(`${way}-why`, { cluster })}>
      <form
        className="mt-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) change.mutate({ service, cluster: source, measured, reason: reason.trim() });
        }}
      >
        <CommandLine command={`kubectl --context ${cluster} -n ${namespace} annotate service ${name} sluice.dev/attach${measured ? "=Inline" : "-"}`} />
        <ReasonField value={reason} onChange={setReason} placeholder={t("reason")} />
        {change.isError ? <div className="mt-3"><ErrorNote {...errorView(change.error)} /></div> : null}
        <DialogActions>
          <Button onClick={onClose}>{common("cancel")}</Button>
          <Button tone="primary" type="submit" disabled={!ready}>{t(`${way}-confirm`, { cluster })}</Button>
        </DialogActions>
      </form>
    </Modal>
  );
}

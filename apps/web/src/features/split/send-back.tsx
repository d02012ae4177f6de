"use client";

import type { SplitRowView } from "@sluice/api/views/service-view";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { toast } from "sonner";
import { useTranslations } from "use-intl";
import { Button } from "../../components/button.tsx";
import { DialogActions } from "../../components/dialog-actions.tsx";
import { ErrorNote } from "../../components/error-note.tsx";
import { Modal } from "../../components/modal.tsx";
import { useFormat } from "../../format/use-format.ts";
import { errorView } from "../../trpc/error-view.ts";
import { useTRPC } from "../../trpc/trpc.ts";
import { useClusterLook } from "../../trpc/use-clusters.ts";
import { useDrafts } from "./draft-store.tsx";
import { ReasonField } from "./reason-field.tsx";

/** A source cluster whose guards do not hold: it is sent back only when that is confirmed too. */
interface Refusal {
  source: string;
  message: string;
  overrides: string[];
}

/** Restores the baseline in every source cluster: one click and one confirmation. */
export function SendBack({ service, rows }: { service: string; rows: SplitRowView[] }) {
  const t = useTranslations("send-back");
  const common = useTranslations("common");
  const format = useFormat();
  const look = useClusterLook();
  const trpc = useTRPC();
  const { discard } = useDrafts();
  const [open, setOpen] = useState(false);
  const [reason, setReason] = useState("");
  const [refusals, setRefusals] = useState<Refusal[]>([]);
  const backs = rows.filter((row) => row.baseline !== null);
  const send = useMutation(
    trpc.split.sendBack.mutationOptions({
      onSuccess: (results) => {
        const open = results.flatMap(({ source, result }) => (result.outcome === "failed" && result.overrides !== undefined ? [{ source, message: result.message, overrides: result.overrides }] : []));
        setRefusals(open);
        for (const { source, result } of results) {
          if (open.some((refusal) => refusal.source === source)) continue;
          if (result.outcome === "applied") discard(service, source);
          else if (result.outcome === "failed") toast.error(result.message, { description: result.remedy });
          else toast.error(t("conflict", { cluster: look(source).name, by: result.theirsBy }));
        }
        if (results.some(({ result }) => result.outcome === "applied")) toast.success(t("done"));
        if (open.length === 0) setOpen(false);
      },
    }),
  );
  const confirm = () =>
    send.mutate({
      service,
      reason: reason.trim() === "" ? t("reason") : reason,
      ...(refusals.length === 0 ? {} : { sources: refusals.map((refusal) => refusal.source), overrides: [...new Set(refusals.flatMap((refusal) => refusal.overrides))] }),
    });
  const show = (shown: boolean) => {
    setOpen(shown);
    setRefusals([]);
  };
  return (
    <>
      <Button disabled={backs.length === 0} title={backs.length === 0 ? t("nothing") : undefined} onClick={() => show(true)}>{t("button")}</Button>
      <Modal open={open} onOpenChange={show} title={t("title", { service: service.split("/")[1] ?? service })} description={t("why")}>
        <ul className="mt-4 divide-y divide-line border-y border-line text-sm">
          {backs.map((row) => (
            <li key={row.source} className="flex flex-wrap justify-between gap-x-6 gap-y-1 py-3">
              <span className="font-[540]">{t("callers", { cluster: look(row.source).name })}</span>
              <span className="text-ink-2">
                {(row.baseline?.mode === "ActiveActive" ? row.baseline.shares : [{ clusterKey: row.source, permille: 1000 }])
                  .filter((share) => share.permille > 0)
                  .map((share) => t("share", { share: format.share(share.permille), cluster: look(share.clusterKey).name }))
                  .join(", ")}
              </span>
            </li>
          ))}
        </ul>
        <ReasonField value={reason} onChange={setReason} placeholder={t("reason")} />
        {refusals.map((refusal) => <div key={refusal.source} className="mt-3"><ErrorNote message={t("guarded", { cluster: look(refusal.source).name, why: refusal.message })} remedy={t("guarded-why")} /></div>)}
        {send.isError ? <div className="mt-3"><ErrorNote {...errorView(send.error)} /></div> : null}
        <DialogActions>
          <Button onClick={() => show(false)}>{common("cancel")}</Button>
          <Button tone="primary" disabled={send.isPending} onClick={confirm}>{refusals.length === 0 ? t("confirm") : t("anyway")}</Button>
        </DialogActions>
      </Modal>
    </>
  );
}

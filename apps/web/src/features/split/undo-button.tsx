"use client";

import { useMutation } from "@tanstack/react-query";
import { toast } from "sonner";
import { useTranslations } from "use-intl";
import { errorView } from "../../trpc/error-view.ts";
import { useTRPC } from "../../trpc/trpc.ts";

/** Makes the previous revision a new one. Guards that do not hold are told, with a second click to go all the same. */
export function useUndo() {
  const t = useTranslations("split");
  const trpc = useTRPC();
  const undo = useMutation(
    trpc.split.undo.mutationOptions({
      onSuccess: (answer) => (answer.outcome === "applied" ? toast.success(t("undone", { revision: answer.revision })) : toast.error(t("changed-meanwhile", { by: answer.theirsBy }))),
      onError: (error, request) => {
        const { message, remedy, overrides } = errorView(error);
        if (overrides.length === 0) toast.error(message, { description: remedy });
        else toast.error(message, { duration: Infinity, action: { label: t("undo-anyway"), onClick: () => undo.mutate({ ...request, overrides }) } });
      },
    }),
  );
  return undo;
}

export function UndoButton({ service, source, revision }: { service: string; source: string; revision: number }) {
  const t = useTranslations("split");
  const undo = useUndo();
  return (
    <button type="button" disabled={undo.isPending} onClick={() => undo.mutate({ service, source, reason: t("undo-reason", { revision }) })} className="min-h-6 rounded-[6px] px-2 font-[540] text-accent hover:bg-sunk disabled:opacity-50">
      {t("undo")}
    </button>
  );
}

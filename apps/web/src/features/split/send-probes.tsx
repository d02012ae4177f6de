"use client";

import { useMutation } from "@tanstack/react-query";
import { toast } from "sonner";
import { useTranslations } from "use-intl";
import { Button } from "../../components/button.tsx";
import { errorView } from "../../trpc/error-view.ts";
import { useTRPC } from "../../trpc/trpc.ts";
import { useClusterLook } from "../../trpc/use-clusters.ts";

const count = 20;

/** Twenty marked requests from the source cluster, for a service without traffic of its own. */
export function SendProbes({ service, source }: { service: string; source: string }) {
  const t = useTranslations("probe");
  const trpc = useTRPC();
  const look = useClusterLook();
  const probe = useMutation(
    trpc.services.probe.mutationOptions({
      onSuccess: ({ answers }) => {
        const failed = answers.filter(({ status }) => status === 0 || status >= 500);
        const byCluster = Map.groupBy(answers.filter((answer) => !failed.includes(answer)), ({ clusterKey }) => clusterKey);
        const parts = [...byCluster].map(([key, list]) => (key === null ? t("unattributed", { count: list.length }) : t("from", { count: list.length, cluster: look(key).name })));
        if (failed.length > 0) parts.push(t("failed", { count: failed.length }));
        toast(t("answers", { count: answers.length - failed.length }), { description: parts.join(", ") });
      },
      onError: (error) => {
        const view = errorView(error);
        toast.error(view.message, { description: view.remedy });
      },
    }),
  );
  return (
    <Button tone="quiet" disabled={probe.isPending} onClick={() => probe.mutate({ service, source, count })}>
      {t("button", { count })}
    </Button>
  );
}

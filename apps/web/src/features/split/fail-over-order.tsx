"use client";

import { useTranslations } from "use-intl";
import { ClusterLabel } from "../../components/cluster-label.tsx";
import { useClusterLook } from "../../trpc/use-clusters.ts";
import type { DraftAction } from "./split-draft.ts";

/** The order in which other clusters take over. */
export function FailOverOrder({ source, order, act }: { source: string; order: string[]; act: (action: DraftAction) => void }) {
  const t = useTranslations("split");
  const look = useClusterLook();
  return (
    <ol className="py-1">
      <li className="flex h-12 items-center gap-4 text-sm">
        <span className="w-5 text-ink-2">1</span>
        <ClusterLabel look={look(source)} className="font-[580]" />
        <span className="text-ink-2">{t("fail-over-first")}</span>
      </li>
      {order.map((key, index) => (
        <li key={key} className="flex h-12 items-center gap-4 border-t border-line text-sm">
          <span className="w-5 text-ink-2">{index + 2}</span>
          <ClusterLabel look={look(key)} className="font-[580]" />
          <span className="text-ink-2">{t("fail-over-next")}</span>
          {index === 0 ? null : (
            <button type="button" onClick={() => act({ type: "move-up", index })} className="ml-auto min-h-6 rounded-[6px] px-2 text-accent hover:bg-sunk">
              {t("earlier", { cluster: look(key).name })}
            </button>
          )}
        </li>
      ))}
    </ol>
  );
}

"use client";

import type { SinceView, SplitRowView } from "@sluice/api/views/service-view";
import clsx from "clsx";
import { useTranslations } from "use-intl";
import { useFormat } from "../../format/use-format.ts";
import { useNow } from "../../trpc/live-provider.tsx";
import { useClusterLook } from "../../trpc/use-clusters.ts";
import { sinceMessage } from "./since-message.ts";

/** Whether what is measured agrees with the effective split, and since what it is counted. */
export function Convergence({ row }: { row: SplitRowView }) {
  const t = useTranslations("truths");
  const since = useSinceWords(row);
  const { convergence } = row;
  if (convergence === null) return "—";
  const state = t(convergence.state, { newest: since(convergence.newest) });
  const counted = since(convergence.since);
  return (
    <>
      <span title={state} className={clsx("block truncate", convergence.state === "converged" && "text-good")}>{state}</span>
      <span title={counted} className="line-clamp-2 min-h-8 whitespace-normal">{counted}</span>
    </>
  );
}

/** "since 1-25 returned, 12:03:41"; of another day with its date. */
function useSinceWords({ revision }: SplitRowView): (since: SinceView) => string {
  const t = useTranslations("truths");
  const format = useFormat();
  const look = useClusterLook();
  const nowMs = useNow();
  return (since) => {
    const day = format.day(since.atMs, nowMs);
    const time = day === format.clock(since.atMs) ? format.clock(since.atMs, true) : day;
    const { key, values } = sinceMessage(since, time, revision?.number ?? null, (clusterKey) => look(clusterKey).name);
    return t(key, values);
  };
}

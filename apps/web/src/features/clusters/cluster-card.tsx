"use client";

import type { ClusterView } from "@sluice/api/views/cluster-view";
import clsx from "clsx";
import { type ReactNode, useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "../../components/button.tsx";
import { ClusterMark } from "../../components/cluster-mark.tsx";
import { KnownValue } from "../../components/known-value.tsx";
import { Panel } from "../../components/panel.tsx";
import { useFormat } from "../../format/use-format.ts";
import { LeaveDialog } from "./leave-dialog.tsx";
import { LeaveProgress } from "./leave-progress.tsx";

/** One member, with its figures and conditions. */
export function ClusterCard({ cluster }: { cluster: ClusterView }) {
  const t = useTranslations("clusters");
  const format = useFormat();
  const [leaving, setLeaving] = useState(false);
  return (
    <Panel label={cluster.name} className="flex flex-col px-5 py-[18px]">
      <div className="flex items-start justify-between gap-4">
        <div className="min-w-0">
          <h2 className="flex items-center gap-2.5 text-lg font-[600] tracking-[-0.01em]">
            <ClusterMark color={cluster.color} size={12} />
            {cluster.name}
            <span className="text-sm font-[450] text-ink-2">{cluster.version ?? t("no-version")}</span>
          </h2>
          <p className="mt-0.5 truncate font-mono text-xs text-ink-2" title={cluster.key}>{cluster.key} · {cluster.gateway}</p>
        </div>
        {cluster.leaving ? <span className="rounded-full bg-warn-soft px-2.5 py-0.5 text-xs text-warn">{t("leaving")}</span> : <Button tone="quiet" className="-mr-2" onClick={() => setLeaving(true)} aria-label={t("leave-of", { cluster: cluster.name })}>{t("leave")}</Button>}
      </div>
      <dl className="mt-4 grid grid-cols-2 gap-y-3 border-y border-line py-3.5 sm:grid-cols-4">
        <Figure name={t("requests")}><KnownValue value={cluster.requestsPerSecond}>{format.rate}</KnownValue></Figure>
        <Figure name={t("errors")}><KnownValue value={cluster.errorShare}>{(share) => <span className={share > 0.01 ? "text-bad" : ""}>{format.errorShare(share)}</span>}</KnownValue></Figure>
        <Figure name={t("endpoints")}><KnownValue value={cluster.readyEndpoints}>{(count) => format.count(count)}</KnownValue></Figure>
        <Figure name={t("proxies")}><KnownValue value={cluster.proxies}>{({ ready, total }) => <span className={ready < total || total === 0 ? "text-warn" : ""}>{t("of", { ready, total })}</span>}</KnownValue></Figure>
      </dl>
      {cluster.leave === null ? null : <LeaveProgress leave={cluster.leave} />}
      <ul className="mt-3 space-y-2 text-sm">
        {cluster.conditions.filter((condition) => condition.type !== "Leaving").map((condition) => (
          <li key={condition.type} className="flex items-start gap-2.5">
            <span aria-hidden="true" className={clsx("mt-[6px] size-2 shrink-0 rounded-full", { True: "bg-good", False: "bg-bad", Unknown: "bg-warn" }[condition.status])} />
            <span className="min-w-0">
              <span className="font-[540]">{condition.type}</span>
              <span className="sr-only"> {condition.status}</span>
              <span lang="en" className="text-ink-2"> · {condition.message === "" ? condition.reason : condition.message}</span>
            </span>
          </li>
        ))}
        {cluster.conditions.length === 0 ? <li className="text-ink-2">{t("no-conditions")}</li> : null}
      </ul>
      {leaving ? <LeaveDialog cluster={cluster} onClose={() => setLeaving(false)} /> : null}
    </Panel>
  );
}

function Figure({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex flex-col-reverse justify-end">
      <dt className="text-xs text-ink-2">{name}</dt>
      <dd className="min-h-6 truncate text-lg font-[580]">{children}</dd>
    </div>
  );
}

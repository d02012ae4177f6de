"use client";

import type { SplitRowView } from "@sluice/api/views/service-view";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { KnownValue } from "../../components/known-value.tsx";
import { useFormat } from "../../format/use-format.ts";
import { useClusterLook } from "../../trpc/use-clusters.ts";
import { Convergence } from "./convergence.tsx";

/** Requested, effective, acknowledged, measured: side by side, each in its place. */
export function FourTruths({ row }: { row: SplitRowView }) {
  const t = useTranslations("truths");
  const format = useFormat();
  const look = useClusterLook();
  const focus = focusOf(row);
  if (focus === null) return null;
  const name = look(focus.clusterKey).name;
  return (
    <dl aria-label={t("title")} className="grid grid-cols-2 border-t border-line md:grid-cols-4">
      <Truth name={t("requested")} value={format.share(focus.requestedPermille)} note={row.revision === null ? t("to", { cluster: name }) : t("to-revision", { cluster: name, revision: row.revision.number })} />
      <Truth
        name={t("effective")}
        value={format.share(focus.effectivePermille)}
        note={<Health row={row} />}
      />
      <Truth
        name={t("acknowledged")}
        value={<KnownValue value={row.acknowledged}>{({ ready, total }) => t("of", { count: format.count(ready), of: format.count(total) })}</KnownValue>}
        note={<KnownValue value={row.acknowledged} dash>{({ ready, total, afterMs }) => (ready < total || afterMs === null ? t("proxies") : t("proxies-after", { time: format.ms(afterMs) }))}</KnownValue>}
      />
      <Truth
        name={t("measured")}
        value={<KnownValue value={focus.measured}>{({ count, of }) => (of === 0 ? t("nothing-yet") : t("of", { count: format.count(count), of: format.count(of) }))}</KnownValue>}
        note={focus.measured.state !== "known" && focus.measured.state !== "partial" ? "—" : <Convergence row={row} />}
      />
    </dl>
  );
}

function Truth({ name, value, note }: { name: string; value: ReactNode; note: ReactNode }) {
  return (
    <div className="min-w-0 border-line px-4 py-4 md:px-[22px] not-first:border-l max-md:odd:border-l-0 max-md:[&:nth-child(n+3)]:border-t">
      <dt className="text-xs text-ink-2">{name}</dt>
      <dd className="mt-0.5">
        <div className="truncate text-lg font-[580] tracking-[-0.01em]">{value}</div>
        <div className="truncate text-xs text-ink-2">{note}</div>
      </dd>
    </div>
  );
}

/** Targets that get nothing, or not their whole share yet, each with the reason. */
function Health({ row }: { row: SplitRowView }) {
  const t = useTranslations("truths");
  const split = useTranslations("split");
  const format = useFormat();
  const look = useClusterLook();
  const reasonOf = (reason: string) => split(`dropped-${reason as "ejected"}`);
  const named = (clusterKey: string, what: string) => `${look(clusterKey).name}: ${what}`;
  const dropped = row.targets.flatMap((target) => (target.dropped === null || target.dropped === "stand-by" ? [] : [named(target.clusterKey, reasonOf(target.dropped))]));
  const ramping = row.targets.flatMap(({ clusterKey, ramping: ramp }) => (ramp === null ? [] : [named(clusterKey, split("ramping", { share: format.share(ramp.permille), reason: reasonOf(ramp.after) }))]));
  if (dropped.length === 0 && ramping.length === 0) return t("healthy");
  const text = [...dropped, ...ramping].join("; ");
  return <span title={text} className={dropped.length > 0 ? "text-bad" : "text-warn"}>{text}</span>;
}

/** The truths are told of one target: the other cluster that gets most, or the own one when it gets all. */
function focusOf(row: SplitRowView): SplitRowView["targets"][number] | null {
  const remote = row.targets.filter((target) => !target.own && (target.requestedPermille > 0 || target.effectivePermille > 0)).toSorted((one, two) => two.requestedPermille - one.requestedPermille)[0];
  return remote ?? row.targets.find((target) => target.own) ?? row.targets[0] ?? null;
}

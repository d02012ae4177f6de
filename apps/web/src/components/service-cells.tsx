"use client";

import type { ServiceRowView } from "@sluice/api/views/cluster-view";
import Link from "next/link";
import { useTranslations } from "use-intl";
import { useFormat } from "../format/use-format.ts";
import { KnownValue, knownOr, useKnownWords } from "./known-value.tsx";
import { SplitBar } from "./split-bar.tsx";

export type Look = (key: string) => { name: string; color: number | null };

/** Name of a service, as the link to its page. */
export function ServiceName({ row }: { row: ServiceRowView }) {
  return (
    <Link href={`/services/${row.service}`} className="group inline-flex min-h-6 max-w-full items-center gap-1.5 truncate">
      <span className="font-[580] group-hover:underline group-hover:underline-offset-2">{row.name}</span>
      <span className="truncate text-ink-3">{row.namespace}</span>
    </Link>
  );
}

/** Who answers: measured where it is known, with the words beside the bar. */
export function AnsweredBy({ row, look }: { row: ServiceRowView; look: Look }) {
  const format = useFormat();
  const words = useKnownWords();
  const t = useTranslations("services");
  const shares = knownOr(row.measured);
  const text = shares === null ? words(row.measured) : splitWords(shares, look, format.share, t);
  return (
    <div className="flex items-center gap-3">
      <div className="w-full max-w-[190px] min-w-16 flex-1">
        <SplitBar label={text} parts={shares?.map((part) => ({ key: part.clusterKey, color: look(part.clusterKey).color, permille: part.permille })) ?? null} />
      </div>
      <span aria-hidden="true" className="w-[110px] shrink-0 truncate text-ink-2">{text}</span>
    </div>
  );
}

function splitWords(shares: { clusterKey: string; permille: number }[], look: Look, share: (permille: number) => string, t: ReturnType<typeof useTranslations<"services">>): string {
  const live = shares.filter((part) => part.permille > 0);
  const last = live.at(-1);
  if (last === undefined) return t("nobody");
  if (live.length === 1) return t("all-in", { cluster: look(last.clusterKey).name });
  return t("share-in", { share: share(last.permille), cluster: look(last.clusterKey).name });
}

export function RateCell({ row }: { row: ServiceRowView }) {
  const format = useFormat();
  return <KnownValue value={row.requestsPerSecond} dash>{format.rate}</KnownValue>;
}

export function SuccessCell({ row }: { row: ServiceRowView }) {
  const format = useFormat();
  return <KnownValue value={row.success} dash>{(share) => <span className={share < 0.99 ? "text-bad" : ""}>{format.success(share)}</span>}</KnownValue>;
}

export function LatencyCell({ row }: { row: ServiceRowView }) {
  const format = useFormat();
  return <KnownValue value={row.p95Ms} dash>{format.ms}</KnownValue>;
}

export function LastChangeCell({ row, nowMs }: { row: ServiceRowView; nowMs: number }) {
  const format = useFormat();
  const t = useTranslations("services");
  if (row.lastChange === null) return <span className="text-ink-3">{t("never")}</span>;
  return (
    <span className="truncate" title={format.full(row.lastChange.atMs)}>
      {t("changed", { ago: nowMs === 0 ? "" : format.ago(row.lastChange.atMs, nowMs), by: shortActor(row.lastChange.by) })}
    </span>
  );
}

export function OwnerBadge({ row }: { row: ServiceRowView }) {
  const t = useTranslations("owner");
  if (row.owner.kind === "none") return <span className="text-ink-3">{t("none")}</span>;
  const detail = row.owner.kind === "git" && row.owner.detail !== "" ? ` · ${row.owner.detail}` : "";
  return <span className="inline-block max-w-full truncate rounded-full align-middle border border-line px-2.5 py-px text-xs text-ink-2">{t(row.owner.kind) + detail}</span>;
}

/** "unattributed (kubectl-client-side-apply)" → "kubectl": the tool is what a reader looks for. */
export function shortActor(by: string): string {
  const manager = /^unattributed \((.+)\)$/.exec(by)?.[1] ?? by;
  return manager.startsWith("kubectl") ? "kubectl" : manager;
}

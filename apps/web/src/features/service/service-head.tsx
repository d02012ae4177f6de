"use client";

import type { SplitRowView } from "@sluice/api/views/service-view";
import clsx from "clsx";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslations } from "use-intl";
import { KnownValue } from "../../components/known-value.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { useFormat } from "../../format/use-format.ts";
import { useLiveHealth, useLiveService } from "../../trpc/live-provider.tsx";
import { useClusterLook } from "../../trpc/use-clusters.ts";
import { capturedOf } from "../split/captured.ts";

const tabs = ["split", "live", "endpoints", "history", "yaml"] as const;
const graceMs = 6000;

/** Name, state and figures of a service, and the way to its tabs. */
export function ServiceHead({ service }: { service: string }) {
  const t = useTranslations("service");
  const [namespace = "", name = ""] = service.split("/");
  const pathname = usePathname();
  return (
    <div className="pt-6">
      <nav aria-label={t("breadcrumb")} className="text-sm text-ink-2">
        <Link href="/services" className="inline-flex min-h-6 items-center hover:text-ink hover:underline">{t("services")}</Link> / <span>{namespace}</span>
      </nav>
      <div className="mt-1 flex flex-wrap items-end justify-between gap-x-10 gap-y-4">
        <div className="min-w-0">
          <h1 className="text-2xl font-[620] tracking-[-0.02em]">{name}</h1>
          <Subtitle service={service} />
        </div>
        <Figures service={service} />
      </div>
      <nav aria-label={t("tabs")} className="mt-5 mb-5 flex gap-6 overflow-x-auto border-b border-line">
        {tabs.map((tab) => {
          const href = tab === "split" ? `/services/${service}` : `/services/${service}/${tab}`;
          const current = pathname === href;
          return (
            <Link key={tab} href={href} aria-current={current ? "page" : undefined} className={clsx("-mb-px flex h-10 shrink-0 items-center border-b-2 text-base", current ? "border-ink font-[560] text-ink" : "border-transparent text-ink-2 hover:text-ink")}>
              {t(`tab-${tab}`)}
            </Link>
          );
        })}
      </nav>
    </div>
  );
}

function Subtitle({ service }: { service: string }) {
  const t = useTranslations("service");
  const silence = useTranslations("live");
  const live = useLiveService(service);
  const health = useLiveHealth();
  const missing = useLongMissing(live === null && health.kind !== "lost" && health.kind !== "connecting");
  if (live === null) {
    if (missing) return <p role="alert" className="mt-0.5 text-bad">{t("unknown")}</p>;
    if (health.kind === "lost") return <p className="mt-0.5 text-ink-2">{silence("no-api")} {silence("no-api-remedy")}</p>;
    return <Skeleton className="mt-1.5 h-4 w-72" />;
  }
  const ports = live.service.ports.map((port) => `${live.service.namespace}:${port.port}`).join(", ");
  return (
    <p className="mt-0.5 text-ink-2">
      {ports} · {t("clusters", { count: live.service.clusters.length })} ·{" "}
      <Attached rows={live.rows} />
    </p>
  );
}

/** That nothing passes the proxies by is claimed only where the condition Captured says so. */
function Attached({ rows }: { rows: SplitRowView[] }) {
  const t = useTranslations("service");
  const look = useClusterLook();
  const captured = rows.filter((row) => capturedOf(row).id === "captured");
  if (captured.length > 0 && captured.length === rows.length) return <span className="text-good">{t("inline")}</span>;
  if (captured.length > 0) return <span className="text-good">{t("inline-in", { clusters: captured.map((row) => look(row.source).name).join(", ") })}</span>;
  if (rows.some((row) => row.attachment === "Inline")) return t("measured");
  return rows.every((row) => row.attachment === "Detached" || row.attachment === "Unknown") ? t("detached") : t("attaching");
}

/** True when something has been missing for a while: a service may come with the next frame. */
function useLongMissing(missing: boolean): boolean {
  const [long, setLong] = useState(false);
  useEffect(() => {
    if (!missing) return;
    const timer = setTimeout(() => setLong(true), graceMs);
    return () => {
      clearTimeout(timer);
      setLong(false);
    };
  }, [missing]);
  return missing && long;
}

function Figures({ service }: { service: string }) {
  const t = useTranslations("service");
  const format = useFormat();
  const live = useLiveService(service)?.service;
  return (
    <dl className="grid grid-cols-2 gap-x-8 gap-y-3 sm:flex sm:text-right">
      <Figure name={t("requests")}>{live === undefined ? null : <KnownValue value={live.requestsPerSecond}>{format.rate}</KnownValue>}</Figure>
      <Figure name={t("success")}>{live === undefined ? null : <KnownValue value={live.success}>{(share) => <span className={share < 0.99 ? "text-bad" : ""}>{format.success(share)}</span>}</KnownValue>}</Figure>
      <Figure name={t("p95")}>{live === undefined ? null : <KnownValue value={live.p95Ms}>{format.ms}</KnownValue>}</Figure>
      <Figure name={t("lost")} wide>
        {live === undefined ? null : <KnownValue value={live.ledger}>{({ lost, accepted }) => <span className={lost > 0 ? "text-bad" : ""}>{t("of", { count: format.count(lost), of: format.count(accepted) })}</span>}</KnownValue>}
      </Figure>
    </dl>
  );
}

function Figure({ name, children, wide = false }: { name: string; children: ReactNode; wide?: boolean }) {
  return (
    <div className={clsx("flex flex-col-reverse justify-end", wide ? "sm:min-w-[124px]" : "sm:min-w-[62px]")}>
      <dt className="text-sm text-ink-2">{name}</dt>
      <dd className="flex min-h-[26px] items-center sm:justify-end text-xl font-[600] tracking-[-0.015em] whitespace-nowrap">{children ?? <Skeleton className="h-5 w-16" />}</dd>
    </div>
  );
}

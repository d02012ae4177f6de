"use client";

import type { LeavePreviewView } from "@sluice/api/views/cluster-view";
import Link from "next/link";
import { useTranslations } from "use-intl";
import { useFormat } from "../../format/use-format.ts";
import { useClusterLook } from "../../trpc/use-clusters.ts";

const linkClass = "inline-flex min-h-6 items-center font-[540] text-accent hover:underline";

/** What would keep a cluster from leaving now, with the way to where it is changed, and whom its leaving changes. */
export function LeavePreview({ preview, name }: { preview: LeavePreviewView; name: string }) {
  const t = useTranslations("leave");
  const format = useFormat();
  const look = useClusterLook();
  const { policies, unreadable, away, sentAway, attached } = preview;
  return (
    <>
      {policies.length === 0 && unreadable.length === 0 && !away ? null : (
        <div role="alert" className="mt-4 rounded-control bg-warn-soft px-3.5 py-3 text-sm">
          {policies.length === 0 ? null : (
            <>
              <p className="font-[540]">{t("given-share", { cluster: name })}</p>
              <ul className="mt-1">
                {policies.map(({ service, source, permille }) => (
                  <li key={`${service} ${source}`}>
                    <Link href={`/services/${service}`} className={linkClass}>{service}</Link>
                    <span className="text-ink-2"> · {permille === null ? t("fails-over", { source: look(source).name }) : t("share-from", { source: look(source).name, share: format.share(permille) })}</span>
                  </li>
                ))}
              </ul>
            </>
          )}
          {unreadable.length === 0 ? null : <p className={policies.length === 0 ? "font-[540]" : "mt-2 font-[540]"}>{t("unreadable", { clusters: unreadable.map((key) => look(key).name).join(", ") })}</p>}
          {away ? <p className={policies.length === 0 && unreadable.length === 0 ? "font-[540]" : "mt-2 font-[540]"}>{t("away", { cluster: name })}</p> : null}
        </div>
      )}
      <ul className="mt-4 list-disc space-y-1 pl-5 text-sm text-ink-2">
        <li>{t("imports", { cluster: name })}</li>
        <li>{t("policies", { cluster: name })}</li>
        {sentAway.map(({ service, permille }) => <li key={service} className="text-ink">{t("sent-away", { service, share: format.share(permille), cluster: name })}</li>)}
        {attached.length === 0 ? null : <li>{t("attached", { services: attached.join(", ") })}</li>}
        <li>{t("workloads", { cluster: name })}</li>
      </ul>
    </>
  );
}

"use client";

import type { KubeconfigCheckView } from "@sluice/api/views/kubeconfig-view";
import clsx from "clsx";
import { useTranslations } from "use-intl";
import { ErrorNote } from "../../components/error-note.tsx";

const signs = { pass: "✓", warn: "!", fail: "×", skipped: "·" } as const;
const tones = { pass: "text-good", warn: "text-warn", fail: "text-bad", skipped: "text-ink-3" } as const;

/** What was understood of the kubeconfig, and what its cluster answered. */
export function KubeconfigCheck({ view }: { view: KubeconfigCheckView }) {
  const t = useTranslations("join");
  const failed = view.checks.find((check) => check.outcome === "fail");
  return (
    <div className="space-y-2.5 pt-2 text-sm">
      {view.refusal === null ? null : <ErrorNote message={refusalWords(view.refusal)} remedy={view.refusal.remedy} />}
      {view.understood === null ? null : (
        <p className="text-ink-2">
          {t("understood", { cluster: view.understood.cluster, server: view.understood.server, user: view.understood.user, authentication: t(`by-${view.understood.authentication}`) })}
        </p>
      )}
      <ul className="space-y-1">
        {view.checks.map((check) => (
          <li key={check.id} className="flex gap-2.5">
            <span aria-hidden="true" className={clsx("w-3.5 shrink-0 text-center font-[600]", tones[check.outcome])}>{signs[check.outcome]}</span>
            <span><span className="font-[540]">{t(`check-${check.id}`)}</span><span className="text-ink-2"> · {check.outcome === "skipped" && check.message === failed?.message ? t("not-checked") : check.message}</span></span>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** With its place in the document, unless the sentence names that itself. */
function refusalWords({ field, message }: NonNullable<KubeconfigCheckView["refusal"]>): string {
  return field === "" || message.includes(field) ? message : `${field}: ${message}`;
}

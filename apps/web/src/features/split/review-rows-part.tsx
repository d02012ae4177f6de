"use client";

import type { PreviewView } from "@sluice/api/views/change-view";
import { useTranslations } from "use-intl";
import { ErrorNote } from "../../components/error-note.tsx";
import { shortActor } from "../../components/service-cells.tsx";
import { Skeleton } from "../../components/skeleton.tsx";
import { errorView } from "../../trpc/error-view.ts";
import type { RowOutcome } from "./apply-rows.ts";
import { GuardList } from "./guard-list.tsx";
import { ReviewTable } from "./review-table.tsx";

/** What a person gave for one row of the review. */
export interface RowConsent {
  typed: string;
  overrides: string[];
}

export const noConsent: RowConsent = { typed: "", overrides: [] };

/** Whether the row may be applied as it was reviewed. */
export function consents(preview: PreviewView, { typed, overrides }: RowConsent): boolean {
  const held = preview.guards.some((guard) => guard.outcome === "refuse" || (guard.outcome === "override" && !overrides.includes(guard.id)));
  return !held && (preview.confirmName === null || typed.trim() === preview.confirmName);
}

interface ReviewRowsPartProps {
  name: string;
  preview: PreviewView | undefined;
  error: unknown;
  outcome: RowOutcome;
  consent: RowConsent;
  onConsent: (consent: RowConsent) => void;
}

/** One row of a review of several: what it would move, what it asks for, and what became of it. */
export function ReviewRowsPart({ name, preview, error, outcome, consent, onConsent }: ReviewRowsPartProps) {
  const split = useTranslations("split");
  const t = useTranslations("review");
  return (
    <section aria-label={split("callers-in", { cluster: name })} className="mt-5 first:mt-4">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <h3 className="text-base font-[580]">{split("callers-in", { cluster: name })}</h3>
        <OutcomeWords outcome={outcome} />
      </div>
      {outcome.state === "failed" ? <div className="mt-2"><ErrorNote message={outcome.message} remedy={outcome.remedy} /></div> : null}
      {error !== null ? (
        <div className="mt-2"><ErrorNote {...errorView(error)} /></div>
      ) : preview === undefined ? (
        <Skeleton className="mt-2 h-32" />
      ) : outcome.state === "applied" ? null : (
        <>
          <ReviewTable targets={preview.targets} />
          <GuardList guards={preview.guards.filter((guard) => guard.outcome !== "pass")} overrides={consent.overrides} onOverride={(id, on) => onConsent({ ...consent, overrides: on ? [...consent.overrides, id] : consent.overrides.filter((other) => other !== id) })} />
          {preview.confirmName === null ? null : (
            <label className="mt-3 block">
              <span className="mb-1.5 block text-sm text-ink-2">{t("type-name", { name: preview.confirmName })}</span>
              <input value={consent.typed} onChange={(event) => onConsent({ ...consent, typed: event.target.value })} autoComplete="off" spellCheck={false} className="h-[36px] w-full rounded-control border border-line-strong bg-panel px-3 font-mono text-base pointer-coarse:h-11" />
            </label>
          )}
        </>
      )}
    </section>
  );
}

function OutcomeWords({ outcome }: { outcome: RowOutcome }) {
  const t = useTranslations("rows");
  switch (outcome.state) {
    case "waiting":
      return null;
    case "applying":
      return <span role="status" className="text-sm text-ink-2">{t("applying")}</span>;
    case "applied":
      return <span role="status" className="text-sm text-good">{t("applied", { revision: outcome.revision })}</span>;
    case "conflict":
      return <span role="status" className="text-sm text-bad">{t("conflict", { by: shortActor(outcome.by) })}</span>;
    case "failed":
      return <span role="status" className="text-sm text-bad">{t("failed")}</span>;
  }
}

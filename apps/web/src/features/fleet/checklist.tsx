"use client";

import type { ChecklistView } from "@sluice/api/views/cluster-view";
import clsx from "clsx";
import { useTranslations } from "use-intl";
import { CommandLine } from "../../components/command-line.tsx";
import { Panel, PanelHead } from "../../components/panel.tsx";

/** The way from two clusters to one, ticked by what really is in the clusters. */
export function Checklist({ checklist }: { checklist: ChecklistView }) {
  const t = useTranslations("checklist");
  /** Before there is a service or a second cluster, the step names none. */
  const valuesOf = (params: Record<string, string>) => ({
    service: params["service"]?.split("/").at(-1) || t("some-service"),
    source: params["source"] || t("old-cluster"),
    target: params["target"] || t("new-cluster"),
  });
  const current = checklist.steps.findIndex((step) => !step.done);
  return (
    <Panel className="px-5 py-4">
      <PanelHead title={t("title")} aside={t("progress", { done: checklist.steps.filter((step) => step.done).length, all: checklist.steps.length })} />
      <ol className="mt-1.5">
        {checklist.steps.map((step, index) => (
          <li key={step.id} aria-current={index === current ? "step" : undefined} className="flex gap-3 border-b border-line py-2.5 last:border-b-0 last:pb-0">
            <span
              aria-hidden="true"
              className={clsx("grid size-5 shrink-0 place-items-center rounded-full text-2xs font-[600]", step.done ? "bg-good text-panel" : "border border-line-strong text-ink-2")}
            >
              {step.done ? (
                <svg width="10" height="10" viewBox="0 0 10 10" fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" strokeLinejoin="round">
                  <path d="M2 5.4 4.2 7.5 8 2.8" />
                </svg>
              ) : (
                index + 1
              )}
            </span>
            <div className="min-w-0 flex-1">
              <p className={clsx("text-sm", step.done ? "text-ink-2" : index === current ? "font-[580]" : "text-ink")}>
                {t(step.id, valuesOf(step.params))}
                {step.done ? <span className="sr-only"> {t("done")}</span> : null}
              </p>
              {index === current && step.command !== undefined ? (
                <div className="mt-2">
                  <CommandLine command={step.command} />
                </div>
              ) : null}
            </div>
          </li>
        ))}
      </ol>
    </Panel>
  );
}

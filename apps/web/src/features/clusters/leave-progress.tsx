"use client";

import type { LeaveView } from "@sluice/api/views/cluster-view";
import clsx from "clsx";
import { useTranslations } from "use-intl";

const signs = { done: "✓", "under-way": "›", stuck: "!", ahead: "·" } as const;
const tones = { done: "text-good", "under-way": "text-accent", stuck: "text-warn", ahead: "text-ink-3" } as const;

/** The steps by which a cluster leaves, and what the present one waits for. */
export function LeaveProgress({ leave }: { leave: LeaveView }) {
  const t = useTranslations("leave");
  return (
    <div className="mt-4 rounded-control bg-warn-soft px-3.5 py-3 text-sm">
      <ol aria-label={t("steps")} className="space-y-1">
        {leave.steps.map((step) => (
          <li key={step.id} aria-current={step.state === "under-way" || step.state === "stuck" ? "step" : undefined} className="flex gap-2.5">
            <span aria-hidden="true" className={clsx("w-3.5 shrink-0 text-center font-[600]", tones[step.state])}>{signs[step.state]}</span>
            <span className={step.state === "ahead" ? "text-ink-2" : "font-[540]"}>{t(`step-${step.id}`)}<span className="sr-only"> ({t(`state-${step.state}`)})</span></span>
          </li>
        ))}
      </ol>
      {leave.message === "" ? null : <p role="status" className="mt-2 break-words text-ink-2">{leave.message}</p>}
    </div>
  );
}

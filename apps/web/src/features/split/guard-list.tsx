"use client";

import type { GuardView } from "@sluice/api/views/change-view";
import clsx from "clsx";
import { useTranslations } from "use-intl";
import { readOlderPods } from "./captured.ts";

interface GuardListProps {
  guards: GuardView[];
  overrides?: string[];
  onOverride?: (id: string, on: boolean) => void;
}

const signs: Record<GuardView["outcome"], string> = { pass: "✓", note: "·", override: "!", refuse: "×" };

/** A pass of these is what anyone expects; they are shown only when they fail. */
const quiet = new Set(["sum", "listed-once", "offered", "proxy", "target-proxy"]);

/** The server's guards with their outcomes; what may be overridden asks for it here, unless nothing is asked. */
export function GuardList({ guards, overrides = [], onOverride }: GuardListProps) {
  const t = useTranslations("guards");
  const words = useGuardWords();
  return (
    <ul aria-label={t("title")} className="mt-3.5 space-y-1.5 text-sm">
      {guards.filter((guard) => guard.outcome !== "pass" || !quiet.has(guard.id)).map((guard, index) => (
        <li key={`${guard.id} ${index}`} className="flex items-start gap-2.5">
          <span aria-hidden="true" className={clsx("w-3.5 shrink-0 text-center font-[600]", guard.outcome === "pass" ? "text-good" : guard.outcome === "refuse" ? "text-bad" : guard.outcome === "override" ? "text-warn" : "text-ink-3")}>
            {signs[guard.outcome]}
          </span>
          <span className="min-w-0 flex-1">
            <span className={guard.outcome === "refuse" ? "text-bad" : undefined}>{words(guard)}</span>
            {guard.outcome === "override" && onOverride !== undefined ? (
              <label className="mt-1 flex min-h-6 items-center gap-2 text-ink-2">
                <input type="checkbox" checked={overrides.includes(guard.id)} onChange={(event) => onOverride(guard.id, event.target.checked)} className="size-4 accent-accent" />
                {t("override")}
              </label>
            ) : null}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** A guard's sentence: in the reader's language where it is known, else its id and values, so that none is hidden. */
function useGuardWords(): (guard: GuardView) => string {
  const t = useTranslations("guards");
  const captured = useTranslations("captured");
  return (guard) => {
    const failed = guard.outcome === "pass" ? "" : "-failed";
    const key = `${guard.id}${failed}`;
    const pods = guard.id === "captured" ? readOlderPods(String(guard.params["message"] ?? "")) : null;
    if (pods !== null) return captured("guard", { older: pods.older, all: pods.all });
    if (t.has(key as "title")) return t(key as "title", guard.params as never);
    const values = Object.entries(guard.params).map(([name, value]) => `${name} ${value}`);
    return [guard.id.replaceAll("-", " "), ...values].join(" · ");
  };
}

"use client";

import clsx from "clsx";
import { useTranslations } from "use-intl";
import { CopyButton } from "../../components/copy-button.tsx";
import { lineDiff } from "./line-diff.ts";

/** The object as it will be, with the command that would do the same. */
export function PolicyDiff({ title, before, after, kubectl }: { title: string; before: string; after: string; kubectl?: string }) {
  const t = useTranslations("review");
  const lines = lineDiff(before, after);
  return (
    <div className="mt-4 overflow-hidden rounded-control border border-line">
      <div className="flex items-center justify-between gap-4 border-b border-line bg-paper px-3 py-2">
        <span className="min-w-0 truncate text-xs text-ink-2">{title}</span>
        {kubectl === undefined ? null : <CopyButton text={kubectl} label={t("copy-kubectl")} />}
      </div>
      {/* Scrollable areas take the keyboard. */}
      <pre tabIndex={0} aria-label={t("diff")} className="max-h-[220px] overflow-auto py-2.5 font-mono text-xs leading-[18px]">
        {lines.map((line, index) => (
          <div key={index} className={clsx("min-w-max px-3 whitespace-pre", line.sign === "-" && "bg-bad-soft", line.sign === "+" && "bg-good-soft")}>
            <span className="mr-2 inline-block w-2 text-ink-2">{line.sign}</span>
            {line.text}
          </div>
        ))}
      </pre>
    </div>
  );
}

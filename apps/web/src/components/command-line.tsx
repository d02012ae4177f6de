"use client";

import { useTranslations } from "use-intl";
import { CopyButton } from "./copy-button.tsx";

/** A command that does the same with kubectl. */
export function CommandLine({ command }: { command: string }) {
  const t = useTranslations("common");
  return (
    <div className="flex min-w-0 items-center gap-3 rounded-[6px] bg-sunk px-2.5 py-1.5">
      {/* A long command scrolls in its box: wrapped, it would push away the page. Scrollable areas take the keyboard. */}
      <pre tabIndex={0} aria-label={t("command")} className="min-w-0 flex-1 overflow-x-auto rounded-[4px] mask-r-from-[calc(100%-28px)] pr-7 focus-visible:mask-none py-1 font-mono text-xs leading-[18px] text-ink-2 [scrollbar-width:thin]">{command}</pre>
      <CopyButton text={command} label={t("copy")} />
    </div>
  );
}

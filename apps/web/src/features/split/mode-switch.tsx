"use client";

import type { Mode } from "@sluice/api/views/service-view";
import { useId } from "react";
import { useTranslations } from "use-intl";
import { useHydrated } from "../../components/use-hydrated.ts";

const modes: Mode[] = ["Locality", "ActiveActive", "FailOver"];

/** How requests are split at all; changing it is a reviewed change like any other. */
export function ModeSwitch({ mode, cluster, onChange }: { mode: Mode; cluster: string; onChange: (mode: Mode) => void }) {
  const t = useTranslations("split");
  const name = useId();
  const hydrated = useHydrated();
  return (
    <div role="radiogroup" aria-label={t("mode-of", { cluster })} className="inline-flex rounded-[9px] bg-sunk p-[3px]">
      {modes.map((value) => (
        <label key={value} className="relative flex h-7 cursor-pointer items-center rounded-[7px] px-3 text-sm text-ink-2 select-none hover:text-ink has-checked:bg-raise has-checked:font-[540] has-checked:text-ink has-checked:shadow-panel has-focus-visible:outline-2 has-focus-visible:outline-accent pointer-coarse:h-10">
          <input type="radio" name={name} value={value} checked={mode === value} disabled={!hydrated} onChange={() => onChange(value)} className="absolute inset-0 cursor-pointer opacity-0" />
          {t(`mode-${value}`)}
        </label>
      ))}
    </div>
  );
}

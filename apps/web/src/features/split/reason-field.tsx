"use client";

import { useTranslations } from "use-intl";

export function ReasonField({ value, onChange, placeholder }: { value: string; onChange: (value: string) => void; placeholder?: string }) {
  const t = useTranslations("review");
  return (
    <label className="mt-4 block">
      <span className="mb-1.5 block text-sm text-ink-2">{t("why")}</span>
      <input
        value={value}
        maxLength={500}
        placeholder={placeholder}
        onChange={(event) => onChange(event.target.value)}
        className="h-[36px] w-full rounded-control border border-line-strong bg-panel px-3 text-base placeholder:text-ink-3 pointer-coarse:h-11"
      />
    </label>
  );
}

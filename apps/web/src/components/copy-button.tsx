"use client";

import { useState } from "react";
import { useTranslations } from "use-intl";

/** Copies a text and says so for two seconds, without moving anything. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const t = useTranslations("common");
  const [copied, setCopied] = useState(false);
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => {
        setCopied(true);
        setTimeout(() => setCopied(false), 2000);
      },
      () => setCopied(false),
    );
  };
  return (
    <button type="button" onClick={copy} className="relative min-h-6 shrink-0 text-xs font-[540] text-accent underline-offset-2 hover:underline">
      <span className={copied ? "invisible" : ""}>{label}</span>
      {copied ? <span role="status" className="absolute inset-0 text-right">{t("copied")}</span> : null}
    </button>
  );
}

"use client";

import type { Known } from "@sluice/api/views/known";
import clsx from "clsx";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { useFormat } from "../format/use-format.ts";

interface KnownValueProps<T> {
  value: Known<T>;
  children: (value: T) => ReactNode;
  /** Table cells show a dash with the words in its title; elsewhere the words stand out. */
  dash?: boolean;
  className?: string;
}

/** A figure, or in words why there is none: never a 0 that nobody measured. */
export function KnownValue<T>({ value, children, dash = false, className }: KnownValueProps<T>) {
  const words = useKnownWords();
  if (value.state === "known") return <span className={className}>{children(value.value)}</span>;
  const text = words(value);
  if (value.state === "partial") {
    return (
      <span className={className} title={text}>
        {children(value.value)}
        <span aria-hidden="true" className="text-warn">*</span>
        <span className="sr-only"> {text}</span>
      </span>
    );
  }
  if (dash) {
    return (
      <span className={clsx("text-ink-3", className)} title={text}>
        <span aria-hidden="true">—</span>
        <span className="sr-only">{text}</span>
      </span>
    );
  }
  return <span className={clsx("font-[450] text-ink-3", className)}>{text}</span>;
}

/** Why a figure is not known, in the reader's language. */
export function useKnownWords(): (value: Known<unknown>) => string {
  const t = useTranslations("known");
  const format = useFormat();
  return (value) => {
    switch (value.state) {
      case "known":
        return "";
      case "partial":
        return t("partial", { seen: value.seen, total: value.total, missing: value.missing.join(", ") });
      case "not-measured":
        return t("not-measured");
      case "no-traffic":
        return t("no-traffic");
      case "cannot-see":
        return t("cannot-see", { time: format.clock(value.sinceMs) });
      case "down":
        return t("down", { time: format.clock(value.sinceMs) });
    }
  };
}

/** The value where there is one, whole or partial. */
export function knownOr<T>(value: Known<T> | undefined): T | null {
  return value !== undefined && (value.state === "known" || value.state === "partial") ? value.value : null;
}

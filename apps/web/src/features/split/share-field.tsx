"use client";

import clsx from "clsx";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { parseShare } from "./parse-share.ts";

interface ShareFieldProps {
  cluster: string;
  label: string;
  /** The share as the reader's language writes it, without its unit. */
  text: string;
  permille: number;
  changed: boolean;
  disabled: boolean;
  onChange: (permille: number) => void;
  onEnd: () => void;
  /** Esc: back to the share before this field was touched. */
  onCancel: () => void;
}

const step = "grid w-9 place-items-center self-stretch text-ink-2 hover:text-ink disabled:opacity-40 pointer-coarse:w-11";

/** −, a number field and +: shares by keyboard and touch, to 0.1 %. */
export function ShareField({ cluster, label, text, permille, changed, disabled, onChange, onEnd, onCancel }: ShareFieldProps) {
  const t = useTranslations("split");
  const [typed, setTyped] = useState<string | null>(null);
  const invalid = typed !== null && parseShare(typed) === null;
  const move = (by: number) => {
    setTyped(null);
    onChange(Math.min(1000, Math.max(0, permille + by)));
    onEnd();
  };
  return (
    <div className="relative">
      <div className={clsx("flex h-[34px] items-center rounded-control border bg-panel outline-offset-2 outline-accent transition-colors duration-140 has-[input:focus-visible]:outline-2 pointer-coarse:h-11", invalid ? "border-bad" : changed ? "border-accent" : "border-line-strong")}>
        <button type="button" disabled={disabled || permille === 0} aria-label={t("less", { cluster })} onClick={() => move(-10)} className={step}>−</button>
        <label className="flex h-full min-w-0 flex-1 items-center justify-center gap-1 font-[560]">
          <input
            inputMode="decimal"
            autoComplete="off"
            aria-label={label}
            aria-invalid={invalid}
            disabled={disabled}
            value={typed ?? text}
            onFocus={(event) => event.target.select()}
            onChange={(event) => {
              setTyped(event.target.value);
              const value = parseShare(event.target.value);
              if (value !== null) onChange(value);
            }}
            onBlur={() => {
              setTyped(null);
              onEnd();
            }}
            onKeyDown={(event) => {
              if (event.key === "ArrowUp") move(10);
              else if (event.key === "ArrowDown") move(-10);
              else if (event.key === "Enter" && !invalid) setTyped(null);
              else if (event.key === "Escape") {
                setTyped(null);
                onCancel();
              }
            }}
            className="h-full w-[42px] bg-transparent text-right text-sm outline-none"
          />
          <span aria-hidden="true" className="text-sm">%</span>
        </label>
        <button type="button" disabled={disabled || permille === 1000} aria-label={t("more", { cluster })} onClick={() => move(10)} className={step}>+</button>
      </div>
      {invalid ? <p role="alert" className="absolute top-full left-0 z-10 mt-1 rounded-[6px] bg-bad-soft px-2 py-0.5 text-xs whitespace-nowrap text-bad">{t("share-invalid")}</p> : null}
    </div>
  );
}

"use client";

import dynamic from "next/dynamic";
import { useEffect, useState } from "react";
import { useTranslations } from "use-intl";

const GoToDialog = dynamic(() => import("./go-to-dialog.tsx").then((module) => module.GoToDialog), { ssr: false });

/** Opens the palette, by click, ⌘K or Ctrl+K; its code is fetched at the first use. */
export function GoToButton() {
  const t = useTranslations("goto");
  const [open, setOpen] = useState(false);
  const [used, setUsed] = useState(false);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.metaKey || event.ctrlKey)) return;
      event.preventDefault();
      setUsed(true);
      setOpen(true);
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
  return (
    <>
      <button
        type="button"
        aria-keyshortcuts="Meta+K Control+K"
        onClick={() => {
          setUsed(true);
          setOpen(true);
        }}
        className="hidden h-[27px] w-[104px] items-center justify-between rounded-[6px] border border-line bg-paper px-2 text-sm text-ink-3 hover:border-line-strong sm:flex"
      >
        <span>{t("button")}</span>
        <kbd aria-hidden="true" className="font-sans text-xs">⌘K</kbd>
      </button>
      {used ? <GoToDialog open={open} onOpenChange={setOpen} /> : null}
    </>
  );
}

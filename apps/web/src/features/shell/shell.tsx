"use client";

import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { Toaster } from "sonner";
import { useTheme } from "next-themes";
import { BottomBar } from "./bottom-bar.tsx";
import { Favicon } from "./favicon.tsx";
import { TopBar } from "./top-bar.tsx";

/** What stands around every page. `floating` is for what follows the reader from page to page. */
export function Shell({ children, floating }: { children: ReactNode; floating: ReactNode }) {
  const t = useTranslations("shell");
  const { resolvedTheme } = useTheme();
  return (
    <>
      <a href="#main" className="fixed top-2 left-2 z-50 -translate-y-16 rounded-control bg-bar px-3 py-2 text-on-bar focus:translate-y-0">
        {t("skip")}
      </a>
      <Favicon />
      <TopBar />
      <main id="main" tabIndex={-1} className="mx-auto w-full max-w-[1280px] px-4 pb-28 outline-none md:px-6">
        {children}
      </main>
      {floating}
      <BottomBar />
      <Toaster theme={resolvedTheme === "dark" ? "dark" : "light"} position="top-right" offset={64} style={{ fontFamily: "inherit" }} toastOptions={{ duration: 6000 }} containerAriaLabel={t("notices")} />
    </>
  );
}

"use client";

import clsx from "clsx";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "use-intl";
import { Logo } from "../../components/logo.tsx";
import { Clock } from "./clock.tsx";
import { GoToButton } from "./go-to-button.tsx";
import { LivePill } from "./live-pill.tsx";
import { isCurrent, navItems } from "./nav-items.ts";
import { SettingsButton } from "./settings-button.tsx";

export function TopBar() {
  const t = useTranslations("nav");
  const pathname = usePathname();
  return (
    <header className="sticky top-0 z-30 border-b border-line bg-panel">
      <div className="flex h-[52px] items-center gap-3 px-4 md:px-6">
        <Link href="/" className="mr-3 flex min-h-6 items-center gap-2.5 text-ink" aria-label={t("home")}>
          <Logo />
          <span className="text-[15px] font-[620] tracking-[-0.02em]">Sluice</span>
        </Link>
        <nav aria-label={t("main")} className="hidden gap-1 md:flex">
          {navItems.map((item) => {
            const current = isCurrent(item.href, pathname);
            return (
              <Link
                key={item.id}
                href={item.href}
                aria-current={current ? "page" : undefined}
                className={clsx("rounded-[6px] px-2.5 py-[5px] text-base transition-colors duration-140", current ? "bg-sunk font-[540] text-ink" : "text-ink-2 hover:bg-sunk hover:text-ink")}
              >
                {t(item.id)}
              </Link>
            );
          })}
        </nav>
        <div className="ml-auto flex items-center gap-3.5">
          <GoToButton />
          <LivePill />
          <Clock />
          <SettingsButton />
        </div>
      </div>
    </header>
  );
}

"use client";

import clsx from "clsx";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "use-intl";
import { isCurrent, navItems } from "./nav-items.ts";

const icons: Record<(typeof navItems)[number]["id"], string> = {
  fleet: "M3 5h5c4 0 4 10 8 10h1M3 5h14M14.5 2.5 17 5l-2.5 2.5M14.5 12.5 17 15l-2.5 2.5",
  services: "M3 5h14M3 10h14M3 15h14",
  clusters: "M10 2.5 16.5 6v8L10 17.5 3.5 14V6zM3.5 6 10 9.7 16.5 6M10 9.7v7.8",
};

/** On a phone, the way around stands within a thumb's reach. */
export function BottomBar() {
  const t = useTranslations("nav");
  const pathname = usePathname();
  return (
    <nav aria-label={t("main")} className="fixed inset-x-0 bottom-0 z-30 border-t border-line bg-panel pb-[env(safe-area-inset-bottom)] md:hidden">
      <ul className="flex">
        {navItems.map((item) => {
          const current = isCurrent(item.href, pathname);
          return (
            <li key={item.id} className="flex-1">
              <Link href={item.href} aria-current={current ? "page" : undefined} className={clsx("flex h-14 flex-col items-center justify-center gap-1 text-2xs", current ? "font-[560] text-ink" : "text-ink-2")}>
                <svg aria-hidden="true" width="20" height="20" viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth={current ? 1.9 : 1.5} strokeLinecap="round" strokeLinejoin="round">
                  <path d={icons[item.id]} />
                </svg>
                {t(item.id)}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}

"use client";

import { Menu } from "@base-ui/react/menu";
import { useTheme } from "next-themes";
import { useRouter } from "next/navigation";
import { useLocale, useTranslations } from "use-intl";
import { chooseTimeZone, type TimeZoneChoice, timeZoneChoices, useTimeZoneChoice } from "../../format/time-zone.ts";
import { SettingsIcon, settingsButtonClass } from "./settings-icon.tsx";
import { localeCookie, locales } from "../../messages/locale.ts";

const themes = ["system", "light", "dark"] as const;
const item = "flex min-h-8 cursor-pointer items-center justify-between gap-6 rounded-[6px] px-2.5 text-sm outline-none data-highlighted:bg-sunk pointer-coarse:min-h-11";
const heading = "px-2.5 pt-2 pb-1 text-xs text-ink-3";

/** Theme, language and time zone; opens as it comes, since it is fetched at the first click. */
export function SettingsMenu() {
  const t = useTranslations("settings");
  const { theme, setTheme } = useTheme();
  const locale = useLocale();
  const times = useTimeZoneChoice();
  const router = useRouter();
  const setLocale = (next: string) => {
    document.cookie = `${localeCookie}=${next}; path=/; max-age=31536000; samesite=lax`;
    router.refresh();
  };
  return (
    <Menu.Root defaultOpen>
      <Menu.Trigger aria-label={t("title")} className={settingsButtonClass}>
        <SettingsIcon />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner sideOffset={8} align="end" className="z-50">
          <Menu.Popup className="min-w-44 rounded-panel border border-line bg-panel p-1.5 shadow-float outline-none">
            <Menu.RadioGroup value={theme ?? "system"} onValueChange={(value: string) => setTheme(value)}>
              <Menu.GroupLabel className={heading}>{t("theme")}</Menu.GroupLabel>
              {themes.map((value) => (
                <Menu.RadioItem key={value} value={value} className={item}>
                  {t(value)}
                  <Menu.RadioItemIndicator>✓</Menu.RadioItemIndicator>
                </Menu.RadioItem>
              ))}
            </Menu.RadioGroup>
            <Menu.Separator className="my-1.5 h-px bg-line" />
            <Menu.RadioGroup value={locale} onValueChange={setLocale}>
              <Menu.GroupLabel className={heading}>{t("language")}</Menu.GroupLabel>
              {locales.map((value) => (
                <Menu.RadioItem key={value} value={value} lang={value} className={item}>
                  {t(`locale-${value}`)}
                  <Menu.RadioItemIndicator>✓</Menu.RadioItemIndicator>
                </Menu.RadioItem>
              ))}
            </Menu.RadioGroup>
            <Menu.Separator className="my-1.5 h-px bg-line" />
            <Menu.RadioGroup value={times} onValueChange={(value: TimeZoneChoice) => chooseTimeZone(value)}>
              <Menu.GroupLabel className={heading}>{t("times")}</Menu.GroupLabel>
              {timeZoneChoices.map((value) => (
                <Menu.RadioItem key={value} value={value} className={item}>
                  {t(value, { zone: Intl.DateTimeFormat().resolvedOptions().timeZone })}
                  <Menu.RadioItemIndicator>✓</Menu.RadioItemIndicator>
                </Menu.RadioItem>
              ))}
            </Menu.RadioGroup>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

"use client";

import dynamic from "next/dynamic";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { SettingsIcon, settingsButtonClass } from "./settings-icon.tsx";

const SettingsMenu = dynamic(() => import("./settings-menu.tsx").then((module) => module.SettingsMenu), {
  ssr: false,
  loading: () => (
    <span className={settingsButtonClass}>
      <SettingsIcon />
    </span>
  ),
});

/** Stands for the menu until it is wanted: most readers never open it, and its code is large. */
export function SettingsButton() {
  const t = useTranslations("settings");
  const [used, setUsed] = useState(false);
  if (used) return <SettingsMenu />;
  return (
    <button type="button" aria-haspopup="menu" aria-expanded="false" aria-label={t("title")} onClick={() => setUsed(true)} className={settingsButtonClass}>
      <SettingsIcon />
    </button>
  );
}

"use client";

import { useSyncExternalStore } from "react";

/** In which zone times are shown; kept in this browser. */
export type TimeZoneChoice = "utc" | "local";
export const timeZoneChoices: readonly TimeZoneChoice[] = ["utc", "local"];

const storageKey = "sluice-times";
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  // Another tab of this browser may change it.
  window.addEventListener("storage", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", listener);
  };
}

/** A browser may forbid its storage; then times are in UTC. */
function choice(): TimeZoneChoice {
  try {
    return localStorage.getItem(storageKey) === "local" ? "local" : "utc";
  } catch {
    return "utc";
  }
}

export function chooseTimeZone(next: TimeZoneChoice): void {
  try {
    localStorage.setItem(storageKey, next);
  } catch {
    return;
  }
  for (const listener of listeners) listener();
}

export function useTimeZoneChoice(): TimeZoneChoice {
  return useSyncExternalStore(subscribe, choice, () => "utc");
}

/** IANA name of the chosen zone. */
export function useTimeZone(): string {
  return useTimeZoneChoice() === "utc" ? "UTC" : Intl.DateTimeFormat().resolvedOptions().timeZone;
}

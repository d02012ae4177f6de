"use client";

import { useSyncExternalStore } from "react";

const subscribe = () => () => {};

/**
 * False in the server's page until its scripts have taken it over. A field that is changed before that shows what was
 * typed, and nothing else of the page ever hears of it: until then it is disabled.
 */
export function useHydrated(): boolean {
  return useSyncExternalStore(subscribe, () => true, () => false);
}

"use client";

import { useSearchParams } from "next/navigation";
import { useState } from "react";

/**
 * One of several choices, kept in the address under `name`, so that a link shows the same; the first one is left out of it.
 * Not through the router: the server has nothing to add.
 */
export function useAddressChoice<T extends string>(name: string, choices: readonly [T, ...T[]]): [T, (next: T) => void] {
  const parameters = useSearchParams();
  const [chosen, setChosen] = useState<T>(() => choices.find((choice) => choice === parameters.get(name)) ?? choices[0]);
  const choose = (next: T) => {
    setChosen(next);
    writeAddress(name, next === choices[0] ? null : next);
  };
  return [chosen, choose];
}

/** Sets one parameter of the present address, or takes it out. */
export function writeAddress(name: string, value: string | null): void {
  const address = new URL(window.location.href);
  if (value === null) address.searchParams.delete(name);
  else address.searchParams.set(name, value);
  window.history.replaceState(null, "", address.pathname + address.search);
}

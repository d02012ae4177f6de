import type { AppRouter } from "@sluice/api/router";
import { TRPCClientError } from "@trpc/client";

export interface ErrorView {
  code: string;
  message: string;
  field: string | null;
  remedy: string | null;
  /** Guards that a repetition must list to go all the same; empty: it can't. */
  overrides: string[];
}

/** What a failed call told: the API server's own words, or that it did not answer. */
export function errorView(error: unknown): ErrorView {
  if (error instanceof TRPCClientError) {
    const told = (error as TRPCClientError<AppRouter>).data?.sluice;
    if (told !== undefined) return { code: told.code, message: told.message, field: told.field ?? null, remedy: told.remedy ?? null, overrides: told.overrides ?? [] };
    return { code: "NoAnswer", message: error.message, field: null, remedy: null, overrides: [] };
  }
  return { code: "Unexpected", message: error instanceof Error ? error.message : String(error), field: null, remedy: null, overrides: [] };
}

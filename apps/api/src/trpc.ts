import { initTRPC } from "@trpc/server";
import { z } from "zod";
import type { ConsoleBackend } from "./console-backend.ts";
import { SluiceError, type SluiceErrorView } from "./sluice-error.ts";

/** What every procedure is given. */
export interface ApiContext {
  readonly backend: ConsoleBackend;
}

function errorView(cause: unknown, transportCode: string, message: string): SluiceErrorView {
  if (cause instanceof SluiceError) return cause.view;
  if (cause instanceof z.ZodError) {
    const issue = cause.issues[0];
    const field = issue?.path.map(String).join(".") ?? "";
    return {
      code: "InvalidInput",
      message: issue === undefined ? "the input is not valid" : `${field === "" ? "input" : field}: ${issue.message}`,
      ...(field === "" ? {} : { field }),
    };
  }
  if (transportCode === "INTERNAL_SERVER_ERROR") {
    return { code: "Internal", message: "something went wrong inside the API server", remedy: "look into its log for this time" };
  }
  return { code: transportCode, message };
}

const t = initTRPC.context<ApiContext>().create({
  isDev: false,
  sse: { ping: { enabled: true, intervalMs: 3_000 }, client: { reconnectAfterInactivityMs: 10_000 } },
  errorFormatter: ({ shape, error }) => {
    const sluice = errorView(error.cause, error.code, error.message);
    return { ...shape, message: sluice.message, data: { ...shape.data, sluice } };
  },
});

export const router = t.router;
export const procedure = t.procedure;

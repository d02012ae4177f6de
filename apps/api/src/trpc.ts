import { ApiError } from "@sluice/kubernetes/api-error";
import { initTRPC } from "@trpc/server";
import { z } from "zod";
import type { ConsoleBackend } from "./console-backend.ts";
import { inputRefusal } from "./input-refusal.ts";
import { SluiceError, type SluiceErrorView } from "./sluice-error.ts";

/** What every procedure is given. */
export interface ApiContext {
  readonly backend: ConsoleBackend;
}

function errorView(cause: unknown, input: unknown, transportCode: string, message: string): SluiceErrorView {
  if (cause instanceof SluiceError) return cause.view;
  if (cause instanceof z.ZodError) return inputRefusal(cause, input);
  if (cause instanceof ApiError && cause.code === 403) {
    return { code: "Forbidden", message: cause.message, remedy: "grant it to that account; for a member: `controlPlane` in the values of chart sluice-member" };
  }
  if (transportCode === "INTERNAL_SERVER_ERROR") {
    return { code: "Internal", message: "something went wrong inside the API server", remedy: "look into its log for this time" };
  }
  return { code: transportCode, message };
}

const t = initTRPC.context<ApiContext>().create({
  isDev: false,
  sse: { ping: { enabled: true, intervalMs: 3_000 }, client: { reconnectAfterInactivityMs: 10_000 } },
  errorFormatter: ({ shape, error, input }) => {
    const sluice = errorView(error.cause, input, error.code, error.message);
    return { ...shape, message: sluice.message, data: { ...shape.data, sluice } };
  },
});

export const router = t.router;
export const procedure = t.procedure;

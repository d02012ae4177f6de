import type { AppRouter } from "@sluice/api/router";
import { httpBatchLink, httpSubscriptionLink, retryLink, splitLink, type TRPCLink } from "@trpc/client";

const retryDelayMsMax = 8000;

/** Doubling delay with full jitter after the first second, so that many tabs don't return at one moment. */
export function retryDelayMs(attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(retryDelayMsMax, 500 * 2 ** Math.min(attempt, 10));
  return 250 + random() * (ceiling - 250);
}

interface FailedAttempt {
  op: { context: Record<string, unknown> };
  error: { data?: { code?: string } | null | undefined };
}

/**
 * Whether the live stream is tried again after an attempt failed. A retry is silent to whoever subscribed, so a stream that
 * never opened says it by the `onFailure` of its context.
 */
export function retryStream({ op, error }: FailedAttempt): boolean {
  const { onFailure } = op.context;
  if (typeof onFailure === "function") onFailure();
  return error.data?.code !== "UNAUTHORIZED" && error.data?.code !== "BAD_REQUEST";
}

/** Ordinary calls in batches; the live stream retried for ever, except when the reader may not see it. */
export function links(): TRPCLink<AppRouter>[] {
  return [
    splitLink({
      condition: (operation) => operation.type === "subscription",
      true: [
        retryLink({
          retry: retryStream,
          retryDelayMs,
        }),
        httpSubscriptionLink({ url: "/trpc" }),
      ],
      false: httpBatchLink({ url: "/trpc", maxURLLength: 2000, maxItems: 20 }),
    }),
  ];
}

import { createTRPCClient, httpLink, TRPCClientError } from "@trpc/client";
import type { AppRouter } from "../router.ts";
import type { SluiceErrorView } from "../sluice-error.ts";
import type { Api } from "../start-api.ts";

/** Calls an API server as the console does: over HTTP. */
export const trpcClient = (api: Api) => createTRPCClient<AppRouter>({ links: [httpLink({ url: `${api.url}/trpc` })] });

/** What a failed call told; throws when it succeeded. */
export async function refusal(call: Promise<unknown>): Promise<SluiceErrorView> {
  try {
    await call;
  } catch (error) {
    if (error instanceof TRPCClientError) return (error.data as { sluice: SluiceErrorView }).sluice;
    throw error;
  }
  throw new Error("the call was not refused");
}

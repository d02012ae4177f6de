import { ApiError } from "@sluice/kubernetes/api-error";
import type { KubernetesClient } from "@sluice/kubernetes/client";
import { type ConnectionFailure, connectionFailure } from "../kubernetes/connection-failure.ts";

const answerMsMax = 5_000;

/** Asks an API server who it is. A version that the account may not read (403) is null. Never throws. */
export async function reachCluster(client: KubernetesClient): Promise<{ version: string | null } | { failure: ConnectionFailure }> {
  try {
    const { status, text } = await client.raw("/version", { signal: AbortSignal.timeout(answerMsMax) });
    if (status === 401 || status >= 500) throw new ApiError(status, status === 401 ? "Unauthorized" : "InternalError", text.slice(0, 200));
    return { version: /"gitVersion":\s*"([^"]{1,64})"/.exec(text)?.[1] ?? null };
  } catch (error) {
    return { failure: connectionFailure(error, "/version") };
  }
}

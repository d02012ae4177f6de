import { ApiError } from "@sluice/kubernetes/api-error";
import type { KubernetesClient } from "@sluice/kubernetes/client";
import { kinds } from "@sluice/kubernetes/kinds";
import { firstOfDay } from "./policy-history.ts";
import type { RevisionRecord } from "./revision-record.ts";

const revisionCountMax = 50;

/** What to delete so that, with one more, 50 remain: the oldest, but never the day's first, which says where "send everything back" leads. Pure. */
export function prunable(history: readonly RevisionRecord[], nowMs: number): readonly RevisionRecord[] {
  const kept = firstOfDay(history, nowMs);
  return history.filter((record) => record !== kept).slice(0, Math.max(0, history.length + 1 - revisionCountMax));
}

/** Deletes what is prunable of a policy's `history`, to which one record was just added. Throws ApiError and ConnectionError. */
export async function pruneRevisions(client: KubernetesClient, history: readonly RevisionRecord[], service: string, nowMs: number, signal?: AbortSignal): Promise<void> {
  const [namespace] = service.split("/");
  for (const { objectName } of prunable(history, nowMs)) {
    await client.delete(kinds.controllerRevisions, { namespace, name: objectName }, signal === undefined ? {} : { signal }).catch((error: unknown) => {
      if (!(error instanceof ApiError && error.code === 404)) throw error;
    });
  }
}

import { ApiError } from "@sluice/kubernetes/api-error";
import type { KubernetesClient } from "@sluice/kubernetes/client";
import { kinds } from "@sluice/kubernetes/kinds";
import type { RevisionRecord } from "./revision-record.ts";

const revisionCountMax = 50;

/** Deletes the oldest revisions of a policy so that, with the one that was just added to `history`, 50 remain. */
export async function pruneRevisions(client: KubernetesClient, history: readonly RevisionRecord[], service: string, signal?: AbortSignal): Promise<void> {
  const [namespace] = service.split("/");
  for (const { objectName } of history.slice(0, Math.max(0, history.length + 1 - revisionCountMax))) {
    await client.delete(kinds.controllerRevisions, { namespace, name: objectName }, signal === undefined ? {} : { signal }).catch((error: unknown) => {
      if (!(error instanceof ApiError && error.code === 404)) throw error;
    });
  }
}

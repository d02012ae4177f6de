import { ApiError } from "@sluice/kubernetes/api-error";
import type { KubernetesClient } from "@sluice/kubernetes/client";
import { kinds, type ControllerRevision } from "@sluice/kubernetes/kinds";

/** Records a change that others made, unless somebody did so meanwhile. Throws ApiError and ConnectionError. */
export async function recordExternalRevision(client: KubernetesClient, revision: ControllerRevision, signal?: AbortSignal): Promise<void> {
  await client.create(kinds.controllerRevisions, revision, signal === undefined ? {} : { signal }).catch((error: unknown) => {
    if (!(error instanceof ApiError && error.code === 409)) throw error;
  });
}

import { ApiError } from "@sluice/kubernetes/api-error";
import type { KubernetesClient } from "@sluice/kubernetes/client";
import { kinds } from "@sluice/kubernetes/kinds";
import { systemNamespace } from "@sluice/shared/attachment/attachment-names";
import type { Cluster } from "@sluice/shared/cluster/cluster-schema";
import type { ConnectionFailure } from "./connection-failure.ts";

export interface SecretRef {
  namespace: string;
  name: string;
  key: string;
}

/** Where a cluster's kubeconfig is kept when nothing else is said. */
export const ownSecretRef = (clusterName: string): SecretRef => ({ namespace: systemNamespace, name: `cluster-${clusterName}`, key: "kubeconfig" });

/** Text of a member's kubeconfig: inline while it was not moved yet, else from its Secret. */
export async function readKubeconfig(controlPlane: KubernetesClient, cluster: Cluster, signal?: AbortSignal): Promise<{ text: string } | { failure: ConnectionFailure }> {
  const { kubeconfig, kubeconfigSecretRef } = cluster.spec;
  if (kubeconfig !== undefined && kubeconfig !== "") return { text: kubeconfig };
  const ref = kubeconfigSecretRef ?? ownSecretRef(cluster.metadata.name);
  const missing = (what: string): { failure: ConnectionFailure } => ({
    failure: { reason: "KubeconfigMissing", message: `${what}; put the member's kubeconfig into spec.kubeconfig, or into that Secret under "${ref.key}"`, temporary: false },
  });
  try {
    const secret = await controlPlane.get(kinds.secrets, { namespace: ref.namespace, name: ref.name }, signal === undefined ? {} : { signal });
    const data = secret.data?.[ref.key];
    if (data === undefined || data === "") return missing(`Secret ${ref.namespace}/${ref.name} has no key "${ref.key}"`);
    return { text: Buffer.from(data, "base64").toString("utf8") };
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return missing(`there is no kubeconfig and no Secret ${ref.namespace}/${ref.name}`);
    throw error;
  }
}

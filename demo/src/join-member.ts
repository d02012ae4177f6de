import { ApiError } from "@sluice/kubernetes/api-error";
import type { KubernetesClient } from "@sluice/kubernetes/client";
import { kinds } from "@sluice/kubernetes/kinds";
import { until } from "./until.ts";

export interface Member {
  name: string;
  /** Text of the kubeconfig; the control plane moves it to a Secret. */
  kubeconfig: string;
  gatewayPort: number;
}

/** Joins a member as a user would with kubectl; a member that has joined before gets its new credentials. */
export async function joinMember(controlPlane: KubernetesClient, member: Member): Promise<void> {
  const spec = { gatewayHost: "127.0.0.1", gatewayPort: member.gatewayPort, kubeconfig: member.kubeconfig };
  try {
    await controlPlane.patch(kinds.clusters, { name: member.name }, { type: "merge", body: { spec } });
  } catch (error) {
    if (!(error instanceof ApiError) || error.reason !== "NotFound") throw error;
    await controlPlane.create(kinds.clusters, {
      apiVersion: "flomesh.io/v1alpha1",
      kind: "Cluster",
      metadata: { name: member.name },
      spec: { region: "default", zone: "default", group: "default", isInCluster: false, ...spec },
    });
  }
}

/** Every member is Managed. */
export async function untilManaged(controlPlane: KubernetesClient, members: readonly string[], signal: AbortSignal): Promise<void> {
  for (const name of members) {
    await until(
      `${name} joined`,
      async () => {
        const cluster = await controlPlane.get(kinds.clusters, { name });
        const managed = cluster.status?.conditions?.find(({ type }) => type === "Managed");
        if (managed?.status === "True") return true;
        throw new Error(managed === undefined ? "no Managed condition yet" : `${managed.reason}: ${managed.message}`);
      },
      signal,
    );
  }
}

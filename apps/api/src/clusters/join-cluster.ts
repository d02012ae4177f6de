import { ApiError } from "@sluice/kubernetes/api-error";
import type { KubernetesClient } from "@sluice/kubernetes/client";
import { kinds, type Secret } from "@sluice/kubernetes/kinds";
import { KubeconfigError } from "@sluice/kubernetes/kubeconfig-error";
import { parseKubeconfig } from "@sluice/kubernetes/parse-kubeconfig";
import { clusterKeyOf, clusterNameOf } from "@sluice/shared/cluster/cluster-key";
import type { Cluster } from "@sluice/shared/cluster/cluster-schema";
import { connectionFailure } from "../kubernetes/connection-failure.ts";
import { ownSecretRef } from "../kubernetes/read-kubeconfig.ts";
import { ensureSystemNamespace } from "../kubernetes/set-identity.ts";
import { SluiceError } from "../sluice-error.ts";
import { consoleManager } from "../world/labels.ts";

export interface JoinRequest {
  name: string;
  region: string;
  zone: string;
  group: string;
  gatewayHost: string;
  gatewayPort: number;
  kubeconfig: string;
}

/** Creates the Secret and the Cluster object; the cluster controller does the rest. Throws NameTaken, or why the kubeconfig is refused. */
export async function joinCluster(controlPlane: KubernetesClient, request: JoinRequest, allowInsecure: boolean): Promise<{ key: string }> {
  const { name, kubeconfig, ...location } = request;
  try {
    parseKubeconfig(kubeconfig, { allowInsecure });
  } catch (error) {
    if (!(error instanceof KubeconfigError)) throw error;
    throw new SluiceError("BAD_REQUEST", connectionFailure(error, "kubeconfig").reason, `kubeconfig: ${error.field === "" ? "" : `${error.field}: `}${error.message}`, { field: "kubeconfig", remedy: error.remedy });
  }
  const ref = ownSecretRef(name);
  const cluster: Cluster = { apiVersion: "flomesh.io/v1alpha1", kind: "Cluster", metadata: { name }, spec: { ...location, isInCluster: false, kubeconfigSecretRef: ref } };
  await requireFreeName(controlPlane, name);
  await ensureSystemNamespace(controlPlane);
  const secret: Secret = { apiVersion: "v1", kind: "Secret", type: "Opaque", metadata: { namespace: ref.namespace, name: ref.name }, data: { [ref.key]: Buffer.from(kubeconfig, "utf8").toString("base64") } };
  await controlPlane.create(kinds.secrets, secret, { fieldManager: consoleManager }).catch(async (error: unknown) => {
    // Left behind by a cluster of that name which is not there any more.
    if (!(error instanceof ApiError && error.code === 409)) throw error;
    await controlPlane.patch(kinds.secrets, { namespace: ref.namespace, name: ref.name }, { type: "merge", body: { data: secret.data } }, { fieldManager: consoleManager });
  });
  await controlPlane.create(kinds.clusters, cluster, { fieldManager: consoleManager }).catch((error: unknown) => {
    throw error instanceof ApiError && error.code === 409 ? nameTaken(name, error) : error;
  });
  return { key: clusterKeyOf(cluster) };
}

/** Asks a cluster to leave; the finalizer's steps follow. Throws ConfirmNameMissing and ClusterNotFound. */
export async function leaveCluster(controlPlane: KubernetesClient, key: string, confirmName: string): Promise<{ key: string }> {
  const name = clusterNameOf(key);
  if (confirmName !== name) throw new SluiceError("PRECONDITION_FAILED", "ConfirmNameMissing", `confirmName: leaving needs the name "${name}" typed`, { field: "confirmName", remedy: `type ${name}` });
  try {
    const cluster = await controlPlane.get(kinds.clusters, { name });
    if (clusterKeyOf(cluster) !== key) throw notFound(key);
    await controlPlane.delete(kinds.clusters, { name }, cluster.metadata.uid === undefined ? {} : { preconditions: { uid: cluster.metadata.uid } });
  } catch (error) {
    throw error instanceof ApiError && error.code === 404 ? notFound(key) : error;
  }
  return { key };
}

async function requireFreeName(controlPlane: KubernetesClient, name: string): Promise<void> {
  try {
    await controlPlane.get(kinds.clusters, { name });
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return;
    throw error;
  }
  throw nameTaken(name);
}

function nameTaken(name: string, cause?: unknown): SluiceError {
  return new SluiceError("CONFLICT", "NameTaken", `name: a cluster "${name}" is in the set already`, { field: "name", remedy: "choose another name, or let that cluster leave first", cause });
}

function notFound(key: string): SluiceError {
  return new SluiceError("NOT_FOUND", "ClusterNotFound", `key: no cluster of the set has the key "${key}"`, { field: "key", remedy: "choose one that clusters.list names" });
}

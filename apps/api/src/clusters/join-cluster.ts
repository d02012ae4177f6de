import { ApiError } from "@sluice/kubernetes/api-error";
import type { KubernetesClient } from "@sluice/kubernetes/client";
import { createClient } from "@sluice/kubernetes/create-client";
import { kinds, type Secret } from "@sluice/kubernetes/kinds";
import { KubeconfigError } from "@sluice/kubernetes/kubeconfig-error";
import { clusterKeyOf, clusterNameOf } from "@sluice/shared/cluster/cluster-key";
import type { Cluster } from "@sluice/shared/cluster/cluster-schema";
import { kubeconfigRefusal } from "../kubernetes/connection-failure.ts";
import { ownSecretRef } from "../kubernetes/read-kubeconfig.ts";
import { ensureSystemNamespace } from "../kubernetes/set-identity.ts";
import { SluiceError } from "../sluice-error.ts";
import { consoleManager } from "../world/labels.ts";
import { reachCluster } from "./reach-cluster.ts";

export interface JoinRequest {
  name: string;
  region: string;
  zone: string;
  group: string;
  gatewayHost: string;
  gatewayPort: number;
  kubeconfig: string;
  /** Join although the API server does not answer now, e.g. before a network between is open. */
  acceptUnreachable: boolean;
}

/**
 * Creates the Secret and the Cluster object; the cluster controller does the rest. Throws NameTaken, or why the kubeconfig is
 * refused: it is hostile, its credentials are, or (unless accepted) its API server does not answer.
 */
export async function joinCluster(controlPlane: KubernetesClient, request: JoinRequest, allowInsecure: boolean): Promise<{ key: string }> {
  const { name, kubeconfig, acceptUnreachable, ...location } = request;
  await requireUsable(kubeconfig, allowInsecure, acceptUnreachable);
  const ref = ownSecretRef(name);
  const cluster: Cluster = { apiVersion: "flomesh.io/v1alpha1", kind: "Cluster", metadata: { name }, spec: { ...location, isInCluster: false, kubeconfigSecretRef: ref } };
  await requireFreeName(controlPlane, name);
  const secret: Secret = { apiVersion: "v1", kind: "Secret", type: "Opaque", metadata: { namespace: ref.namespace, name: ref.name }, data: { [ref.key]: Buffer.from(kubeconfig, "utf8").toString("base64") } };
  await writeSecret(controlPlane, secret);
  await controlPlane.create(kinds.clusters, cluster, { fieldManager: consoleManager }).catch((error: unknown) => {
    throw error instanceof ApiError && error.code === 409 ? nameTaken(name, error) : error;
  });
  return { key: clusterKeyOf(cluster) };
}

async function writeSecret(controlPlane: KubernetesClient, secret: Secret): Promise<void> {
  const create = async (): Promise<void> => void (await controlPlane.create(kinds.secrets, secret, { fieldManager: consoleManager }));
  await create().catch(async (error: unknown) => {
    // A chart makes the namespace, and does not grant us that.
    if (error instanceof ApiError && error.code === 404) return await ensureSystemNamespace(controlPlane).then(create);
    // Left behind by a cluster of that name which is not there any more.
    if (!(error instanceof ApiError && error.code === 409)) throw error;
    await controlPlane.patch(kinds.secrets, secret.metadata, { type: "merge", body: { data: secret.data } }, { fieldManager: consoleManager });
  });
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

async function requireUsable(kubeconfig: string, allowInsecure: boolean, acceptUnreachable: boolean): Promise<void> {
  const client = clientOf(kubeconfig, allowInsecure);
  const answer = await reachCluster(client).finally(() => client.close());
  if (!("failure" in answer) || (answer.failure.temporary && acceptUnreachable)) return;
  const { reason, message, temporary } = answer.failure;
  const remedy = temporary ? "correct the server's address, or join all the same (acceptUnreachable): it is managed as soon as it answers" : "correct the kubeconfig, and give the new one";
  throw new SluiceError("PRECONDITION_FAILED", reason, `kubeconfig: ${message}`, { field: "kubeconfig", remedy });
}

function clientOf(kubeconfig: string, allowInsecure: boolean): KubernetesClient {
  try {
    return createClient({ kubeconfig, allowInsecure });
  } catch (error) {
    if (!(error instanceof KubeconfigError)) throw error;
    const { reason, field, message, remedy } = kubeconfigRefusal(error);
    throw new SluiceError("BAD_REQUEST", reason, `kubeconfig: ${field === "" || message.includes(field) ? "" : `${field}: `}${message}`, { field: "kubeconfig", remedy });
  }
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

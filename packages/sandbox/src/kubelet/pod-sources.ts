import { ApiError } from "@sluice/kubernetes/api-error";
import type { KubernetesClient } from "@sluice/kubernetes/client";
import { kinds, type Pod } from "@sluice/kubernetes/kinds";
import type { KubernetesObject, ResourceType } from "@sluice/kubernetes/resource";
import type { VolumeSources } from "./volumes/volume-files.ts";
import { VolumeError } from "./volumes/volume-spec.ts";

/** A token is asked for anew after this share of its life (kubernetes pkg/kubelet/token). */
const renewedAfter = 0.8;

interface TokenRequest extends KubernetesObject {
  status?: { token?: string };
}

/** What the environment and the volumes of a pod are made of, read from the API when it is needed. */
export function podSources(client: KubernetesClient, pod: Pod, addresses: { podIp: string; hostIp: string }, now: () => number = Date.now): VolumeSources {
  const namespace = pod.metadata.namespace ?? "";
  const account = pod.spec.serviceAccountName ?? "default";
  const tokens = new Map<string, { token: string; untilMs: number }>();
  return {
    ...addresses,
    configMap: (name) => orAbsent(client.get(kinds.configMaps, { namespace, name })),
    secret: (name) => orAbsent(client.get(kinds.secrets, { namespace, name })),
    async token(audience, seconds) {
      const id = `${audience ?? ""}/${seconds}`;
      const known = tokens.get(id);
      if (known !== undefined && now() < known.untilMs) return known.token;
      // An account's tokens are a collection below it.
      const type: ResourceType<TokenRequest> = { group: "", version: "v1", plural: `serviceaccounts/${encodeURIComponent(account)}/token`, kind: "TokenRequest", namespaced: true };
      const spec = { ...(audience === undefined ? {} : { audiences: [audience] }), expirationSeconds: seconds };
      const body = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", metadata: { name: account, namespace }, spec } as TokenRequest;
      const token = (await orAbsent(client.create(type, body)))?.status?.token;
      if (token === undefined) throw new VolumeError(`failed to fetch a token: service account ${namespace}/${account} does not exist`);
      tokens.set(id, { token, untilMs: now() + seconds * 1000 * renewedAfter });
      return token;
    },
  };
}

async function orAbsent<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return undefined;
    throw error;
  }
}

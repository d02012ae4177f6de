import { ApiError } from "@sluice/kubernetes/api-error";
import { kinds, type ConfigMap, type Namespace } from "@sluice/kubernetes/kinds";
import type { KubernetesObject, ResourceType } from "@sluice/kubernetes/resource";
import type { Controller, ControllerContext } from "./controller.ts";

const recheckMs = 100;
const rootCa = "kube-root-ca.crt";

/**
 * Gives each namespace its account `default` and the certificate authority, and empties a namespace that is being
 * deleted before its finalizer goes; the key is the namespace's name.
 */
export function namespaceController(context: ControllerContext): Controller {
  const { client, caches, caPem } = context;

  async function furnish(name: string): Promise<void> {
    const account: KubernetesObject = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace: name } };
    const authority: ConfigMap = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: rootCa, namespace: name }, data: { "ca.crt": caPem } };
    if (caches.accounts.get(`${name}/default`) === undefined) await client.create(kinds.serviceAccounts, account).catch(ignoreExisting);
    const known = caches.configMaps.get(`${name}/${rootCa}`);
    if (known === undefined) await client.create(kinds.configMaps, authority).catch(ignoreExisting);
    else if (known.data?.["ca.crt"] !== caPem) await client.patch(kinds.configMaps, authority.metadata, { type: "merge", body: { data: authority.data } });
  }

  /** Deletes what is left in the namespace; resolves to the number of objects that were there. */
  async function empty(name: string): Promise<number> {
    let left = 0;
    for (const type of await namespacedTypes(context)) {
      const { items } = await client.list(type, { namespace: name }).catch((error: unknown) => {
        // A kind whose definition went away meanwhile has nothing left.
        if (error instanceof ApiError && error.code === 404) return { items: [] };
        throw error;
      });
      left += items.length;
      for (const item of items) {
        if (item.metadata.deletionTimestamp === undefined) await client.delete(type, item.metadata, { propagationPolicy: "Background" }).catch(ignoreMissing);
      }
    }
    return left;
  }

  return {
    name: "namespace",
    concurrency: 2,
    async reconcile(name) {
      const namespace = caches.namespaces.get(name);
      if (namespace === undefined) return undefined;
      if (namespace.metadata.deletionTimestamp === undefined) {
        await furnish(name);
        return undefined;
      }
      if ((await empty(name)) > 0) return { requeueAfterMs: recheckMs };
      const live = await client.get(kinds.namespaces, { name }).catch(ignoreMissing);
      if (live === undefined) return undefined;
      await client.replace(kinds.namespaces, { ...live, spec: { finalizers: [] } } as Namespace, { subresource: "finalize" }).catch(ignoreMissing);
      return undefined;
    },
  };
}

/** Every kind that has objects in namespaces, as the API server itself says. */
async function namespacedTypes({ client }: ControllerContext): Promise<ResourceType[]> {
  const { groups } = JSON.parse((await client.raw("/apis")).text) as { groups: { name: string; preferredVersion: { groupVersion: string } }[] };
  const paths = ["/api/v1", ...groups.map(({ preferredVersion }) => `/apis/${preferredVersion.groupVersion}`)];
  const lists = await Promise.all(paths.map(async (path) => JSON.parse((await client.raw(path)).text) as { groupVersion: string; resources?: { name: string; kind: string; namespaced: boolean; verbs: string[] }[] }));
  return lists.flatMap(({ groupVersion, resources = [] }) => {
    const [version = "", group = ""] = groupVersion.split("/").reverse();
    return resources
      // core/v1 Events are the same objects as those of events.k8s.io.
      .filter(({ name, namespaced, verbs }) => namespaced && !name.includes("/") && verbs.includes("delete") && verbs.includes("list") && group !== "events.k8s.io")
      .map(({ name, kind }) => ({ group, version, plural: name, kind, namespaced: true }));
  });
}

function ignoreExisting(error: unknown): void {
  if (!(error instanceof ApiError && error.reason === "AlreadyExists")) throw error;
}

function ignoreMissing(error: unknown): undefined {
  if (!(error instanceof ApiError && error.code === 404)) throw error;
  return undefined;
}

import { isDeepStrictEqual } from "node:util";
import { ApiError } from "@sluice/kubernetes/api-error";
import { kinds, type EndpointSlice } from "@sluice/kubernetes/kinds";
import type { Controller, ControllerContext } from "./controller.ts";
import { managedBy, planEndpointSlices } from "./plan-endpoint-slices.ts";

/** Keeps the slices of services with a selector; the key is the service's. Slices with another manager are not touched. */
export function endpointSliceController(context: ControllerContext): Controller {
  const { client, caches } = context;

  const isSame = (a: EndpointSlice, b: EndpointSlice): boolean =>
    isDeepStrictEqual([a.metadata.labels, a.endpoints ?? [], a.ports ?? []], [b.metadata.labels, b.endpoints, b.ports ?? []]);

  return {
    name: "endpointslice",
    concurrency: 4,
    async reconcile(key) {
      const [namespace = "", name = ""] = key.split("/");
      const service = caches.services.get(key);
      const own = caches.slices
        .list()
        .filter(
          ({ metadata }) =>
            metadata.namespace === namespace && metadata.labels?.["kubernetes.io/service-name"] === name && metadata.labels["endpointslice.kubernetes.io/managed-by"] === managedBy,
        );
      // A service without a selector has its slices from someone else; what was made before stays, as in Kubernetes.
      if (service !== undefined && (service.spec.selector === undefined || Object.keys(service.spec.selector).length === 0)) return;
      const pods = caches.pods.list().filter((pod) => pod.metadata.namespace === namespace);
      const wanted = service === undefined || service.metadata.deletionTimestamp !== undefined ? [] : planEndpointSlices(service, pods);
      for (const slice of wanted) {
        const known = own.find(({ metadata }) => metadata.name === slice.metadata.name);
        if (known === undefined) await client.create(kinds.endpointSlices, slice).catch(ignoreExisting);
        else if (!isSame(known, slice)) {
          const metadata = { ...slice.metadata, ...(known.metadata.resourceVersion === undefined ? {} : { resourceVersion: known.metadata.resourceVersion }) };
          await client.replace(kinds.endpointSlices, { ...slice, metadata });
        }
      }
      // What is new stands before the old goes: no moment without endpoints.
      for (const slice of own.filter((one) => !wanted.some(({ metadata }) => metadata.name === one.metadata.name))) {
        await client.delete(kinds.endpointSlices, slice.metadata).catch((error: unknown) => {
          if (!(error instanceof ApiError && error.code === 404)) throw error;
        });
      }
    },
  };
}

/** The cache does not know our last creation yet; its event brings the key again. */
function ignoreExisting(error: unknown): void {
  if (!(error instanceof ApiError && error.reason === "AlreadyExists")) throw error;
}

import { sliceManagedByLabel, sliceManager } from "@sluice/shared/attachment/attachment-names";
import type { AttachmentAction } from "@sluice/shared/attachment/attachment-draft";
import type { DesiredSlice } from "@sluice/shared/attachment/desired-slices";
import type { DesiredShadow } from "@sluice/shared/attachment/shadow-service";
import { allocatePort, freePort } from "@sluice/shared/attachment/port-records";
import { ApiError } from "@sluice/kubernetes/api-error";
import type { KubernetesClient } from "@sluice/kubernetes/client";
import { kinds, type EndpointSlice, type Service } from "@sluice/kubernetes/kinds";
import type { KubernetesObject, ResourceType } from "@sluice/kubernetes/resource";
import { updatePortRecords } from "./port-record-store.ts";

/** What a write left behind; the cache must have seen it before anything is planned anew. */
export type Write =
  | { readonly kind: "service" | "slice" | "configMap"; readonly key: string; readonly resourceVersion: string }
  | { readonly kind: "service" | "slice"; readonly key: string; readonly deletedUid: string | undefined };

export interface ApplyContext {
  readonly client: KubernetesClient;
  /** Where Sluice itself lives. */
  readonly systemNamespace: string;
  readonly namespace: string;
  readonly service: Service | undefined;
  readonly shadow: Service | undefined;
  /** Slices of the service, as the plan saw them. */
  readonly slices: readonly EndpointSlice[];
  readonly nowMs: number;
}

/** The Service changed after the plan was made: nothing is broken, the plan must be made anew. */
export class ServiceChangedError extends Error {
  override readonly name = "ServiceChangedError";
  readonly code = "service_changed";
}

/** Listen ports, 10000 to 29999, are used up. */
export class NoListenPortError extends Error {
  override readonly name = "NoListenPortError";
  readonly code = "no_listen_port";
}

/** Does one action. Rejects with `ApiError`, `ServiceChangedError` or `NoListenPortError`; then the rest must wait. */
export async function applyAction(action: AttachmentAction, context: ApplyContext): Promise<Write | undefined> {
  const { client, namespace } = context;
  switch (action.kind) {
    case "applyShadow":
      return await applyShadow(action.shadow, context);
    case "deleteShadow":
      return await remove(client, kinds.services, "service", { namespace, name: action.name }, context.shadow);
    case "applySlice":
      return await applySlice(action.slice, context);
    case "deleteSlice":
      return await remove(client, kinds.endpointSlices, "slice", { namespace, name: action.name }, context.slices.find((slice) => slice.metadata.name === action.name));
    case "allocatePort":
    case "freePort":
      return await changePort(action, context);
    case "patchSelector":
      return await patchSelector(action.patch, context);
  }
}

async function applyShadow(desired: DesiredShadow, { client, service, shadow }: ApplyContext): Promise<Write> {
  const { namespace, name, labels, ownerName, ownerUid, selector, ipFamilies, ipFamilyPolicy } = desired;
  // Only the Service knows targetPort, which decides what the slices hold.
  const ports = (service?.spec.ports ?? []).map(({ nodePort: _none, ...port }) => port);
  const result =
    shadow === undefined
      ? await client.create(kinds.services, {
          apiVersion: "v1",
          kind: "Service",
          metadata: { namespace, name, labels: { ...labels }, ownerReferences: [{ apiVersion: "v1", kind: "Service", name: ownerName, uid: ownerUid }] },
          spec: { clusterIP: "None", selector: { ...selector }, ports, ipFamilies: [...ipFamilies], ...(ipFamilyPolicy === undefined ? {} : { ipFamilyPolicy }) },
        })
      : await client.patch(kinds.services, shadow.metadata, {
          type: "json",
          body: [
            { op: "test", path: "/metadata/uid", value: shadow.metadata.uid },
            { op: "replace", path: "/spec/selector", value: selector },
            { op: "replace", path: "/spec/ports", value: ports },
          ],
        });
  return written("service", result);
}

async function applySlice(desired: DesiredSlice, { client, namespace, service, slices }: ApplyContext): Promise<Write> {
  const { name, labels, addressType, endpoints, ports } = desired;
  if (service?.metadata.uid === undefined) throw new ServiceChangedError("the Service of the slice is gone");
  const known = slices.find((slice) => slice.metadata.name === name);
  const owner = { apiVersion: "v1", kind: "Service", name: service.metadata.name, uid: service.metadata.uid };
  const body: EndpointSlice = {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { namespace, name, labels: { ...labels, [sliceManagedByLabel]: sliceManager }, ownerReferences: [owner] },
    addressType: addressType as EndpointSlice["addressType"],
    endpoints: endpoints.map(({ address, ready, serving, terminating, pod, nodeName, zone }) => ({
      addresses: [address],
      conditions: { ready, serving, terminating },
      ...(pod === undefined ? {} : { targetRef: { kind: "Pod", ...pod } }),
      ...(nodeName === undefined ? {} : { nodeName }),
      ...(zone === undefined ? {} : { zone }),
    })),
    ports: ports.map(({ name: portName, port, protocol, appProtocol }) => ({ name: portName, port, protocol, ...(appProtocol === undefined ? {} : { appProtocol }) })),
  };
  if (known === undefined) return written("slice", await client.create(kinds.endpointSlices, body));
  const { uid, resourceVersion } = known.metadata;
  const metadata = { ...body.metadata, ...(uid === undefined ? {} : { uid }), ...(resourceVersion === undefined ? {} : { resourceVersion }) };
  return written("slice", await client.replace(kinds.endpointSlices, { ...body, metadata }));
}

async function changePort(action: Extract<AttachmentAction, { kind: "allocatePort" | "freePort" }>, context: ApplyContext): Promise<Write | undefined> {
  const { client, systemNamespace, service, nowMs } = context;
  if (service?.metadata.uid === undefined) return undefined;
  const owner = { serviceUid: service.metadata.uid, namespace: context.namespace, service: service.metadata.name, port: action.port };
  let full = false;
  const configMap = await updatePortRecords(client, systemNamespace, (records) => {
    if (action.kind === "freePort") return freePort(records, owner, nowMs);
    const allocation = allocatePort(records, owner);
    full = allocation.listenPort === undefined;
    return allocation.records;
  });
  if (full) throw new NoListenPortError("all listen ports from 10000 to 29999 are bound or quarantined; detach a service and wait an hour");
  return configMap === undefined ? undefined : written("configMap", configMap);
}

async function patchSelector(patch: Extract<AttachmentAction, { kind: "patchSelector" }>["patch"], { client, service }: ApplyContext): Promise<Write> {
  if (service === undefined) throw new ServiceChangedError("the Service is gone");
  try {
    return written("service", await client.patch(kinds.services, service.metadata, { type: "json", body: patch }));
  } catch (error) {
    // A failed "test": 422 by Kubernetes, 409 when the object changed in the same moment.
    if (error instanceof ApiError && (error.code === 422 || error.code === 409)) throw new ServiceChangedError(error.message, { cause: error });
    throw error;
  }
}

async function remove(
  client: KubernetesClient,
  type: ResourceType,
  kind: "service" | "slice",
  ref: { namespace: string; name: string },
  known: KubernetesObject | undefined,
): Promise<Write> {
  const uid = known?.metadata.uid;
  try {
    await client.delete(type, ref, uid === undefined ? {} : { preconditions: { uid } });
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 404)) throw error;
  }
  return { kind, key: `${ref.namespace}/${ref.name}`, deletedUid: uid };
}

function written(kind: "service" | "slice" | "configMap", { metadata }: KubernetesObject): Write {
  return { kind, key: `${metadata.namespace}/${metadata.name}`, resourceVersion: metadata.resourceVersion ?? "" };
}

import { inlineSelectorKey, shadowOfLabel } from "@sluice/shared/attachment/attachment-names";
import type { AttachmentMemory, ObservedAttachment, ObservedProxy, Obstacle } from "@sluice/shared/attachment/observed";
import type { PortRecords } from "@sluice/shared/attachment/port-records";
import type { ServiceImport } from "@sluice/shared/import/service-import-schema";
import { serviceImportSpecSchema } from "@sluice/shared/import/service-import-schema";
import type { GlobalTrafficPolicy } from "@sluice/shared/policy/global-traffic-policy-schema";
import type { Pod, Service } from "@sluice/kubernetes/kinds";
import { keyOf } from "@sluice/kubernetes/resource";
import type { AttachContext } from "./attach-context.ts";
import type { MemberCache } from "./member-cache.ts";
import { observedPod, observedService, observedSlice, selects } from "./observed-objects.ts";
import type { ProxyPoller } from "./poll-proxies.ts";

export interface ObserveAttachmentOptions {
  readonly cache: MemberCache;
  readonly neighbours: AttachContext["neighbours"];
  readonly poller: Pick<ProxyPoller, "service" | "isReachable">;
  /** The policy, its spec already parsed. */
  readonly policy: GlobalTrafficPolicy | undefined;
  readonly records: PortRecords;
  readonly memory: AttachmentMemory;
  readonly obstacles: readonly Obstacle[];
  readonly nowMs: number;
}

/** One service of this member as `planAttachment` wants to see it. `key` is "namespace/name". */
export function observeAttachment(key: string, options: ObserveAttachmentOptions): ObservedAttachment {
  const { cache, neighbours, poller, policy, records, memory, obstacles, nowMs } = options;
  const service = cache.service(key);
  const shadow = cache.shadow(key);
  const { [inlineSelectorKey]: _ours, ...originalSelector } = service?.spec.selector ?? {};
  const proxies = cache.proxies();
  const namespace = key.slice(0, key.indexOf("/"));
  const pods = cache.pods(namespace, originalSelector);
  return {
    nowMs,
    ownKey: cache.clusterKey,
    service: service === undefined ? undefined : observedService(service),
    slices: cache.slices(key).map(observedSlice),
    shadow: shadow === undefined ? undefined : observedService(shadow),
    shadowSlices: shadow === undefined ? [] : cache.slices(`${namespace}/${shadow.metadata.name}`).map(observedSlice),
    pods: pods.map(observedPod),
    bypasses: cache.servicesOf(namespace).filter((other) => other !== service && isBypass(other, pods)).map(keyOf),
    policy:
      policy === undefined
        ? undefined
        : { uid: policy.metadata.uid ?? "", generation: policy.metadata.generation ?? 0, spec: policy.spec, conditions: policy.status?.conditions ?? [] },
    imports: offeredPorts(cache.serviceImport(key)),
    allowedAccounts: [cache.serviceExport(key), cache.serviceImport(key)].flatMap((object) => object?.spec.serviceAccountName ?? []),
    listenPorts: records.ports
      .filter((record) => record.serviceUid === service?.metadata.uid && record.state === "bound")
      .map(({ port, listenPort }) => ({ port, listenPort })),
    proxies: proxies.map((pod) => observedProxy(pod, key, cache, poller)),
    memory,
    surroundings: {
      claims: neighbours.claims(namespace),
      unseen: neighbours.unseen,
      pending: neighbours.pending,
      proxyImages: [...new Set(proxies.flatMap(({ spec }) => spec.containers.map(({ image }) => image)))],
    },
    obstacles,
    terminatingFallback: cache.hasTerminatingFallback,
  };
}

/** An attached Service's key is in its selector, so that it matches no pod; shadows lead nobody anywhere. */
function isBypass({ metadata, spec }: Service, pods: readonly Pod[]): boolean {
  if (metadata.labels?.[shadowOfLabel] !== undefined || spec.type === "ExternalName") return false;
  return pods.some((pod) => selects(spec.selector ?? {}, pod.metadata.labels));
}

function offeredPorts(serviceImport: ServiceImport | undefined): ObservedAttachment["imports"] {
  const spec = serviceImportSpecSchema.safeParse(serviceImport?.spec);
  if (!spec.success) return [];
  return spec.data.ports
    .filter((port) => port.endpoints.length > 0)
    .map((port) => ({ port: port.port, clusterKeys: [...new Set(port.endpoints.map((endpoint) => endpoint.clusterKey))] }));
}

function observedProxy(pod: Pod, service: string, cache: MemberCache, poller: Pick<ProxyPoller, "service" | "isReachable">): ObservedProxy {
  const { metadata, spec, status } = pod;
  const uid = metadata.uid ?? "";
  const addresses = status?.podIPs?.map(({ ip }) => ip) ?? (status?.podIP === undefined ? [] : [status.podIP]);
  return {
    pod: { name: metadata.name, namespace: metadata.namespace ?? "", uid },
    addresses,
    nodeName: spec.nodeName,
    zone: cache.zoneOf(spec.nodeName),
    ready: status?.conditions?.some((condition) => condition.type === "Ready" && condition.status === "True") ?? false,
    deleting: metadata.deletionTimestamp !== undefined,
    reachable: poller.isReachable(uid),
    snapshot: poller.service(uid, service),
  };
}

import type { EndpointSlice, Pod, Service } from "@sluice/kubernetes/kinds";
import { shadowOfLabel, sliceManagedByLabel, sliceManager, sliceServiceLabel, systemNamespace } from "@sluice/shared/attachment/attachment-names";
import { byIdentity } from "@sluice/shared/by-identity";
import { appNameLabel, proxyAppName } from "./labels.ts";
import type { MemberWorld, World } from "./world.ts";

/** What would otherwise be searched for again for every service; made once per look at the world. */
export interface MemberIndex {
  readonly member: MemberWorld;
  /** Slices by "namespace/name" of the service that they are labelled with. */
  readonly slices: ReadonlyMap<string, readonly EndpointSlice[]>;
  /** "namespace/name" of the shadow by that of its service. */
  readonly shadows: ReadonlyMap<string, string>;
  readonly proxyPods: readonly Pod[];
}

export interface WorldIndex {
  readonly members: readonly MemberIndex[];
  readonly byKey: ReadonlyMap<string, MemberIndex>;
}

export function indexWorld(world: World): WorldIndex {
  const members = world.members.map(indexMember);
  return { members, byKey: new Map(members.map((index) => [index.member.key, index])) };
}

export function indexMember(member: MemberWorld): MemberIndex {
  return { member, slices: slicesOf(member.endpointSlices.list()), shadows: shadowsOf(member.services.list()), proxyPods: proxyPodsOf(member.pods.list()) };
}

// By list of a cache, which is another one when anything in it changed.
const slicesOf = byIdentity((list: readonly EndpointSlice[]) => {
  const slices = new Map<string, EndpointSlice[]>();
  for (const slice of list) {
    const service = slice.metadata.labels?.[sliceServiceLabel];
    if (service === undefined) continue;
    const key = `${slice.metadata.namespace ?? "default"}/${service}`;
    const known = slices.get(key);
    if (known === undefined) slices.set(key, [slice]);
    else known.push(slice);
  }
  return slices;
});

const shadowsOf = byIdentity((list: readonly Service[]) => {
  const shadows = new Map<string, string>();
  for (const { metadata } of list) {
    const of = metadata.labels?.[shadowOfLabel];
    if (of !== undefined) shadows.set(`${metadata.namespace ?? "default"}/${of}`, `${metadata.namespace ?? "default"}/${metadata.name}`);
  }
  return shadows;
});

/** Pods of the member's proxies. */
export const proxyPodsOf = byIdentity((list: readonly Pod[]) => list.filter(({ metadata }) => metadata.namespace === systemNamespace && metadata.labels?.[appNameLabel] === proxyAppName));

/** Slices that hold the service's real pods: the shadow's where there is one, else its own. */
export function podSlices(index: MemberIndex, service: string): EndpointSlice[] {
  const shadow = index.shadows.get(service);
  return (index.slices.get(shadow ?? service) ?? []).filter((slice) => !isOurs(slice));
}

/** Slices that the attachment controller wrote for the service. */
export function ourSlices(index: MemberIndex, service: string): EndpointSlice[] {
  return (index.slices.get(service) ?? []).filter(isOurs);
}

function isOurs(slice: EndpointSlice): boolean {
  return slice.metadata.labels?.[sliceManagedByLabel] === sliceManager;
}

/** Pods that serve the service and are ready; a dual-stack pod counts once. */
export function readyEndpointCount(index: MemberIndex, service: string): number {
  const ready = new Set<string>();
  for (const slice of podSlices(index, service)) {
    for (const endpoint of slice.endpoints) {
      if (endpoint.conditions?.ready === false) continue;
      ready.add(endpoint.targetRef?.uid ?? endpoint.targetRef?.name ?? endpoint.addresses[0] ?? "");
    }
  }
  return ready.size;
}

export function isReady(pod: Pod): boolean {
  return (
    pod.metadata.deletionTimestamp === undefined &&
    (pod.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false)
  );
}

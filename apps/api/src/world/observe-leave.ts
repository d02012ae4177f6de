import { inlineSelectorKey, managedByLabel, managedBySluice, shadowOfLabel } from "@sluice/shared/attachment/attachment-names";
import { clusterUidAnnotation, forceAnnotation } from "./labels.ts";
import { rowSplit, sharesOf } from "./row-split.ts";
import { type MemberIndex, ourSlices, readyEndpointCount, type WorldIndex } from "./world-index.ts";

/** What still ties a cluster to the set, as far as it can be seen. */
export interface LeaveObservation {
  /** Policies of other clusters that name it and send requests there. `permille` is null where they fail over to it. */
  readonly policies: readonly { readonly service: string; readonly source: string; readonly permille: number | null }[];
  /** Keys of other clusters that can't be read: whether a policy there sends requests here is not known. */
  readonly unreadable: readonly string[];
  /** Keys of readable clusters whose imports name it; its own while it has imports. */
  readonly importedBy: readonly string[];
  /** Its services that something of ours still stands in the path of, as last seen. */
  readonly attached: readonly string[];
  /** By clusters that can't be read now, itself included: their imports that name it, as last seen. One of which nothing was ever read is not among them. */
  readonly outOfReach: ReadonlyMap<string, readonly string[]>;
}

/** What keeps `key` from leaving, computed from caches alone. Pure. */
export function observeLeave({ members, byKey }: WorldIndex, key: string): LeaveObservation {
  const others = members.filter(({ member }) => member.key !== key && !isGivenUp(member.cluster.metadata));
  const readable = others.filter(({ member }) => member.link.state === "live");
  const own = byKey.get(key);
  const away = [...others, ...(own === undefined ? [] : [own])].filter(({ member }) => member.link.state !== "live");
  return {
    // A source that leaves itself loses its imports, and with them all shares of others.
    policies: readable.filter(({ member }) => member.cluster.metadata.deletionTimestamp === undefined).flatMap((index) => policiesFor(index, key)),
    unreadable: others.filter(({ member }) => member.link.state !== "live" && hasJoined(member.cluster.metadata)).map(({ member }) => member.key),
    importedBy: [...readable, ...(own?.member.link.state === "live" ? [own] : [])].filter((index) => importsNaming(index, key).length > 0).map(({ member }) => member.key),
    attached: own === undefined ? [] : attachedServices(own),
    outOfReach: new Map(away.map((index) => [index.member.key, importsNaming(index, key)] as const).filter(([other, imports]) => imports.length > 0 || byKey.get(other)?.member.link.state === "stale")),
  };
}

/** A policy without targets means whatever clusters there are, so it needs no change; only those that name the cluster do. */
function policiesFor(index: MemberIndex, key: string): LeaveObservation["policies"] {
  const { member } = index;
  return member.policies.list().flatMap((policy): LeaveObservation["policies"] => {
    const service = `${policy.metadata.namespace ?? "default"}/${policy.metadata.name}`;
    const { spec, ports } = rowSplit(member, service);
    if (spec?.targets.some(({ clusterKey }) => clusterKey === key) !== true) return [];
    if (spec.lbType === "FailOver") {
      const failsOver = readyEndpointCount(index, service) === 0 && ports.some(({ importKeys }) => importKeys.includes(key));
      return failsOver ? [{ service, source: member.key, permille: null }] : [];
    }
    const permille = Math.max(0, ...ports.map(({ requested }) => sharesOf(requested, member.key).get(key) ?? 0));
    return permille > 0 ? [{ service, source: member.key, permille }] : [];
  });
}

/** Imports that Sluice wrote, as "namespace/name": of others those with its endpoints, of itself all. */
function importsNaming({ member }: MemberIndex, key: string): string[] {
  return member.serviceImports
    .list()
    .filter(
      ({ metadata, spec }) =>
        metadata.labels?.[managedByLabel] === managedBySluice && (member.key === key || spec.ports.some((port) => port.endpoints.some((endpoint) => endpoint.clusterKey === key))),
    )
    .map(({ metadata }) => `${metadata.namespace ?? "default"}/${metadata.name}`)
    .toSorted();
}

/** Services with our selector key, slices of ours, a shadow, or made by Sluice, as "namespace/name". */
function attachedServices(index: MemberIndex): string[] {
  const attached = new Set([...index.slices.keys()].filter((service) => ourSlices(index, service).length > 0));
  for (const { metadata, spec } of index.member.services.list()) {
    const namespace = metadata.namespace ?? "default";
    const shadowOf = metadata.labels?.[shadowOfLabel];
    if (shadowOf !== undefined) attached.add(`${namespace}/${shadowOf}`);
    else if (spec.selector?.[inlineSelectorKey] !== undefined || metadata.labels?.[managedByLabel] === managedBySluice) attached.add(`${namespace}/${metadata.name}`);
  }
  return [...attached].toSorted();
}

/** It once was read, so it may have imports and policies of this set. */
function hasJoined({ annotations }: { annotations?: Readonly<Record<string, string>> }): boolean {
  return annotations?.[clusterUidAnnotation] !== undefined;
}

/** It leaves too, and its administrator said not to wait for it. */
function isGivenUp({ deletionTimestamp, annotations }: { deletionTimestamp?: string; annotations?: Readonly<Record<string, string>> }): boolean {
  return deletionTimestamp !== undefined && annotations?.[forceAnnotation] === "true";
}

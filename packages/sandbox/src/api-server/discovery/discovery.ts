import { apiVersionOf, type ResourceDefinition } from "../registry/resource-definition.ts";
import type { Registry } from "../registry/registry.ts";

const AGGREGATED = /application\/json\s*;(?=[^,]*g=apidiscovery\.k8s\.io)(?=[^,]*as=APIGroupDiscoveryList)[^,]*v=(v2beta1|v2)\b/;

/** An answer of discovery, with its content type. */
export interface DiscoveryAnswer {
  body: unknown;
  contentType: string;
}

const json = (body: unknown): DiscoveryAnswer => ({ body, contentType: "application/json" });
const groupVersion = (group: string, version: string): string => (group === "" ? version : `${group}/${version}`);

function subresourcesOf(definition: ResourceDefinition): { name: string; kind: string; group: string; version: string; verbs: readonly string[] }[] {
  const own = { group: definition.group, version: definition.version };
  const list = definition.subresources.map((each) => ({ name: each.name, kind: each.kind, group: each.group ?? own.group, version: each.version ?? own.version, verbs: each.verbs }));
  if (definition.hasStatus) list.push({ name: "status", kind: definition.kind, ...own, verbs: ["get", "patch", "update"] });
  if (definition.scale !== undefined) list.push({ name: "scale", kind: "Scale", group: "autoscaling", version: "v1", verbs: ["get", "patch", "update"] });
  return list;
}

function resourceList(group: string, version: string, definitions: readonly ResourceDefinition[]): unknown {
  const resources: unknown[] = [];
  for (const each of definitions) {
    resources.push({
      name: each.plural,
      singularName: each.singular,
      namespaced: each.namespaced,
      kind: each.kind,
      verbs: each.verbs,
      ...(each.shortNames.length === 0 ? {} : { shortNames: each.shortNames }),
      ...(each.categories.length === 0 ? {} : { categories: each.categories }),
    });
    for (const sub of subresourcesOf(each)) {
      const foreign = sub.group !== group || sub.version !== version;
      resources.push({ name: `${each.plural}/${sub.name}`, singularName: "", namespaced: each.namespaced, ...(foreign ? { group: sub.group, version: sub.version } : {}), kind: sub.kind, verbs: sub.verbs });
    }
  }
  return { kind: "APIResourceList", apiVersion: "v1", groupVersion: groupVersion(group, version), resources };
}

function apiGroup(name: string, versions: readonly string[]): Record<string, unknown> {
  const list = versions.map((version) => ({ groupVersion: groupVersion(name, version), version }));
  return { name, versions: list, preferredVersion: list[0] };
}

function aggregatedResource(each: ResourceDefinition): unknown {
  return {
    resource: each.plural,
    responseKind: { group: each.group, version: each.version, kind: each.kind },
    scope: each.namespaced ? "Namespaced" : "Cluster",
    singularResource: each.singular,
    verbs: each.verbs,
    ...(each.shortNames.length === 0 ? {} : { shortNames: each.shortNames }),
    ...(each.categories.length === 0 ? {} : { categories: each.categories }),
    subresources: subresourcesOf(each).map((sub) => ({ subresource: sub.name, responseKind: { group: sub.group, version: sub.version, kind: sub.kind }, verbs: sub.verbs })),
  };
}

function aggregated(registry: Registry, core: boolean, discoveryVersion: string): DiscoveryAnswer {
  const items = registry
    .groups()
    .filter((group) => (group.name === "") === core)
    .map((group) => ({
      metadata: { name: group.name, creationTimestamp: null },
      versions: group.versions.map((version) => ({ version, resources: registry.inGroupVersion(group.name, version).map(aggregatedResource), freshness: "Current" })),
    }));
  const body = { kind: "APIGroupDiscoveryList", apiVersion: `apidiscovery.k8s.io/${discoveryVersion}`, metadata: {}, items };
  return { body, contentType: `application/json;g=apidiscovery.k8s.io;v=${discoveryVersion};as=APIGroupDiscoveryList` };
}

/** Answers `/api`, `/apis` (plain and aggregated), `/apis/GROUP` and `/apis/GROUP/VERSION`; undefined for any other path. */
export function discover(registry: Registry, path: string, accept: string, serverAddress: string): DiscoveryAnswer | undefined {
  const clean = path.replace(/\/+$/, "");
  const wanted = AGGREGATED.exec(accept)?.[1];
  if (clean === "/api" || clean === "/apis") {
    const core = clean === "/api";
    if (wanted !== undefined) return aggregated(registry, core, wanted);
    if (core) return json({ kind: "APIVersions", versions: ["v1"], serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress }] });
    const groups = registry.groups().filter((group) => group.name !== "");
    return json({ kind: "APIGroupList", apiVersion: "v1", groups: groups.map((group) => apiGroup(group.name, group.versions)) });
  }
  const match = /^\/(?:api\/(v1)|apis\/([^/]+)(?:\/([^/]+))?)$/.exec(clean);
  if (match === null) return undefined;
  const group = match[1] === undefined ? (match[2] as string) : "";
  const version = match[1] ?? match[3];
  const found = registry.groups().find((each) => each.name === group);
  if (found === undefined) return undefined;
  if (version === undefined) return json({ kind: "APIGroup", apiVersion: "v1", ...apiGroup(group, found.versions) });
  if (!found.versions.includes(version)) return undefined;
  return json(resourceList(group, version, registry.inGroupVersion(group, version)));
}

/** kind and apiVersion of a list. */
export function listHeader(definition: ResourceDefinition): { kind: string; apiVersion: string } {
  return { kind: definition.listKind, apiVersion: apiVersionOf(definition) };
}

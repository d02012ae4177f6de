import { byIdentity } from "../by-identity.ts";
import type { ClusterKey } from "../cluster/cluster-key.ts";
import { detectConflicts, type JudgedOffer, type Offer } from "../export/detect-conflicts.ts";
import type { ServiceExport } from "../export/service-export-schema.ts";
import { indexPaths, pathFault, type PathIndex, validateExport, type ExportedService, type UsedPath, type Verdict } from "../export/validate-export.ts";
import type { ServiceImport, ServiceImportSpec } from "../import/service-import-schema.ts";
import { type Gateway, importSpec, type ServiceOffers, serviceOffers } from "./import-spec.ts";
import { sameJson } from "./same-json.ts";

/** What is known of a member. Its clusters, exports and services are last-known values while it is stale. */
export interface MemberView {
  readonly key: ClusterKey;
  /**
   * listed: its exports and services were listed completely in this term, and are watched. stale: they were not, or
   * the watch is lost. leaving: its Cluster has a deletionTimestamp.
   */
  readonly state: "listed" | "stale" | "leaving";
  readonly gateway: Gateway;
  readonly exports: readonly ServiceExport[];
  readonly services: readonly ExportedService[];
  readonly imports: readonly ServiceImport[];
  readonly namespaces: readonly string[];
  readonly usedPaths?: readonly UsedPath[];
}

export interface ImportAction {
  readonly memberKey: ClusterKey;
  readonly namespace: string;
  readonly name: string;
  /** wait: the namespace does not exist there yet. */
  readonly action: "create" | "update" | "delete" | "keep" | "wait";
  /** What the import must be; undefined for delete. */
  readonly spec?: ServiceImportSpec;
  /** Clusters whose endpoints are kept without knowing whether they still export: to be marked stale. */
  readonly staleKeys: readonly ClusterKey[];
  readonly reason: string;
}

export interface ExportVerdict {
  readonly memberKey: ClusterKey;
  readonly namespace: string;
  readonly name: string;
  readonly valid: Verdict;
  readonly conflict: Verdict;
}

export interface ImportsPlan {
  readonly actions: readonly ImportAction[];
  /** Conditions of every export of every listed member. */
  readonly exports: readonly ExportVerdict[];
}

export const managedByLabel = "app.kubernetes.io/managed-by";
const notJudged: Verdict = { status: "False", reason: "NotJudged", message: "the export is not valid, so it takes part in no comparison" };

/** What was planned for one service, and every fact that it follows from. */
interface Planned {
  readonly facts: readonly unknown[];
  readonly actions: readonly ImportAction[];
  readonly exports: readonly ExportVerdict[];
}

/**
 * Plans of the last time, by service: what has the same facts has the same plan, which is the same object. Objects and lists are
 * compared by identity, so nobody may change one.
 */
export type ImportsMemory = Map<string, Planned>;

interface MemberIndex {
  readonly view: MemberView;
  readonly exports: ReadonlyMap<string, ServiceExport>;
  readonly services: ReadonlyMap<string, ExportedService>;
  /** Those that Sluice wrote. */
  readonly imports: ReadonlyMap<string, ServiceImport>;
  /** Names of those that it did not. */
  readonly foreign: ReadonlySet<string>;
  readonly namespaces: ReadonlySet<string>;
  readonly paths: PathIndex;
}

type Named = { readonly metadata: { readonly name: string; readonly namespace?: string } };

// By list: of a member of which nothing changed nothing is indexed again.
const exportsByKey = byIdentity((list: readonly ServiceExport[]) => byKey(list));
const servicesByKey = byIdentity((list: readonly ExportedService[]) => byKey(list));
const importsByOwner = byIdentity((list: readonly ServiceImport[]) => {
  const ours = Map.groupBy(list, ({ metadata }) => metadata.labels?.[managedByLabel] === "sluice");
  return { imports: byKey(ours.get(true) ?? []), foreign: new Set((ours.get(false) ?? []).map(keyOf)) };
});
const setOf = byIdentity((names: readonly string[]) => new Set(names));
const pathsOf = byIdentity((exports: readonly ServiceExport[]) => byIdentity((usedPaths: readonly UsedPath[]) => indexPaths(exports, usedPaths)));
const none: readonly never[] = [];

/**
 * The imports of every member as a pure function of the valid exports of the others. Endpoints go only on positive
 * evidence: absent from a complete list, or their cluster is leaving; those of a stale member, and of a cluster that is no member, stay as they are.
 * Nothing is planned for a stale member, since what it holds is not known; imports that Sluice did not write are
 * never touched. With the `memory` of the time before, only services of which something changed are planned anew.
 */
export function planImports(members: readonly MemberView[], memory?: ImportsMemory): ImportsPlan {
  const steps = planInSteps(members, memory);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

/** As `planImports`, a few milliseconds at a time: all from the members as they were given, whatever happens between two steps. */
export function* planInSteps(members: readonly MemberView[], memory: ImportsMemory = new Map()): Generator<undefined, ImportsPlan> {
  const indices: MemberIndex[] = [];
  const names = new Set<string>();
  for (const member of members) {
    const index = indexMember(member);
    for (const name of index.exports.keys()) names.add(name);
    for (const name of index.imports.keys()) names.add(name);
    indices.push(index);
    yield;
  }
  for (const service of memory.keys()) if (!names.has(service)) memory.delete(service);
  const planned: Planned[] = [];
  for (const service of [...names].toSorted()) {
    const facts: unknown[] = [];
    const namespace = namespaceOf(service);
    for (const index of indices) addFacts(facts, index, service, namespace);
    const before = memory.get(service);
    const same = before !== undefined && before.facts.length === facts.length && before.facts.every((fact, at) => fact === facts[at]);
    const plan = same ? before : { facts, ...planService(service, indices) };
    memory.set(service, plan);
    planned.push(plan);
    yield;
  }
  return { actions: planned.flatMap(({ actions }) => actions), exports: planned.flatMap(({ exports }) => exports) };
}

function indexMember(view: MemberView): MemberIndex {
  return {
    view,
    exports: exportsByKey(view.state === "listed" ? view.exports : none),
    services: servicesByKey(view.services),
    ...importsByOwner(view.imports),
    namespaces: setOf(view.namespaces),
    paths: pathsOf(view.exports)(view.usedPaths ?? none),
  };
}

/** All that `planService` reads of one member. */
function addFacts(facts: unknown[], { view, exports, services, imports, foreign, namespaces, paths }: MemberIndex, service: string, namespace: string): void {
  const { key, state, gateway } = view;
  const exported = exports.get(service);
  const fault = exported === undefined ? undefined : pathFault(exported, paths)?.message;
  facts.push(key, state, gateway.host, gateway.ip, gateway.port, exported, services.get(service), fault, imports.get(service), foreign.has(service), namespaces.has(namespace));
}

function planService(service: string, indices: readonly MemberIndex[]): ImportsPlan {
  const offers: (Offer & { valid: Verdict })[] = [];
  const invalid: ExportVerdict[] = [];
  for (const { view, exports, services, paths } of indices) {
    const exported = exports.get(service);
    if (exported === undefined) continue;
    const offered = services.get(service);
    const valid = validateExport(exported, offered, paths);
    if (valid.status === "True" && offered !== undefined) offers.push({ clusterKey: view.key, exported, service: offered, valid });
    else invalid.push(verdict(view.key, exported, valid, notJudged));
  }
  const judged: (JudgedOffer & { valid: Verdict })[] = detectConflicts(offers);
  const gateways = new Map(indices.map(({ view }) => [view.key, view.gateway]));
  const offered = serviceOffers(judged, (key) => gateways.get(key));
  const known = new Set(indices.filter(({ view }) => view.state !== "stale").map(({ view }) => view.key));
  const actions = indices.flatMap((index) => planImport(service, index, offered, known) ?? []);
  return { actions, exports: [...judged.map(({ clusterKey, exported, conflict, valid }) => verdict(clusterKey, exported, valid, conflict)), ...invalid] };
}

function planImport(service: string, { view, imports, foreign, namespaces }: MemberIndex, offers: ServiceOffers, known: ReadonlySet<ClusterKey>): ImportAction | undefined {
  if (view.state === "stale" || foreign.has(service)) return undefined;
  const present = imports.get(service);
  const namespace = namespaceOf(service);
  const base = { memberKey: view.key, namespace, name: service.slice(namespace.length + 1) };
  if (view.state === "leaving") {
    return present && { ...base, action: "delete", staleKeys: [], reason: `${view.key} is leaving the cluster set` };
  }
  const { spec, staleKeys } = importSpec(offers, view.key, (key) => known.has(key), present?.spec);
  if (spec === undefined) {
    return present && { ...base, action: "delete", staleKeys: [], reason: "no other cluster offers the service any more" };
  }
  const stale = staleKeys.length > 0 ? `; kept without news of ${staleKeys.join(", ")}` : "";
  // What stands as planned is what is kept in memory, once.
  if (present !== undefined && sameJson(present.spec, spec)) return { ...base, action: "keep", spec: present.spec, staleKeys, reason: `it stands as planned${stale}` };
  const sources = [...new Set(spec.ports.flatMap((port) => port.endpoints.map((endpoint) => endpoint.clusterKey)))].join(", ");
  if (present === undefined && !namespaces.has(namespace)) {
    return { ...base, action: "wait", spec, staleKeys, reason: `namespace ${namespace} does not exist in ${view.key}; offered by ${sources}` };
  }
  return { ...base, action: present === undefined ? "create" : "update", spec, staleKeys, reason: `offered by ${sources}${stale}` };
}

function verdict(memberKey: ClusterKey, { metadata }: ServiceExport, valid: Verdict, conflict: Verdict): ExportVerdict {
  return { memberKey, namespace: metadata.namespace ?? "", name: metadata.name, valid, conflict };
}

function byKey<T extends Named>(list: readonly T[]): ReadonlyMap<string, T> {
  return new Map(list.map((object) => [keyOf(object), object]));
}

function keyOf({ metadata }: Named): string {
  return `${metadata.namespace}/${metadata.name}`;
}

function namespaceOf(service: string): string {
  return service.slice(0, service.indexOf("/"));
}

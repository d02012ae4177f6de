import { managedByLabel, managedBySluice } from "../attachment/attachment-names.ts";
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

/** More clusters than these are not named in a reason, one by one. */
const namedMax = 5;

const notJudged: Verdict = { status: "False", reason: "NotJudged", message: "the export is not valid, so it takes part in no comparison" };

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
  const ours = Map.groupBy(list, ({ metadata }) => metadata.labels?.[managedByLabel] === managedBySluice);
  return { imports: byKey(ours.get(true) ?? []), foreign: new Set((ours.get(false) ?? []).map(keyOf)) };
});
const setOf = byIdentity((names: readonly string[]) => new Set(names));
const pathsOf = byIdentity((exports: readonly ServiceExport[]) => byIdentity((usedPaths: readonly UsedPath[]) => indexPaths(exports, usedPaths)));
const none: readonly never[] = [];

/** What the exports of one service come to, and, member by member, what of each member it follows from. */
interface Offering {
  readonly facts: readonly OfferFacts[];
  readonly offers: ServiceOffers;
  readonly verdicts: ReadonlyMap<ClusterKey, { readonly exported: ServiceExport; readonly verdict: ExportVerdict }>;
}

interface OfferFacts {
  readonly exported: ServiceExport | undefined;
  readonly service: ExportedService | undefined;
  readonly fault: string | undefined;
  /** Of its cluster. */
  readonly gateway: string | undefined;
}

/** What one member is to hold of one service, and what that follows from beside the offers. */
interface PlannedImport {
  readonly present: ServiceImport | undefined;
  readonly foreign: boolean;
  readonly hasNamespace: boolean;
  readonly action: ImportAction | undefined;
}

/** By member, in their order. */
interface Planned {
  readonly offering: Offering;
  readonly imports: readonly PlannedImport[];
}

/**
 * What was planned the last time, and from what: what follows from the same is the same object again. Objects and lists are
 * compared by identity, so nobody may change one.
 */
export class ImportsMemory {
  readonly services = new Map<string, Planned>();
  /** undefined: nothing was planned to the end. */
  indices: readonly MemberIndex[] | undefined;
}

/** What of the members is another than it was when `ImportsMemory` was filled. */
interface Changes {
  /** Positions of members whose exports, or what they are judged by, are others. */
  readonly offering: readonly number[];
  /** By position: whether imports and namespaces are others. */
  readonly importing: readonly boolean[];
  /** Of which members there is news, or what they are, is another. */
  readonly known: boolean;
}

/**
 * The imports of every member as a pure function of the valid exports of the others. Endpoints go only on positive
 * evidence: absent from a complete list, or their cluster is leaving; those of a stale member, and of a cluster that is no member, stay as they are.
 * Nothing is planned for a stale member, since what it holds is not known; imports that Sluice did not write are
 * never touched. With the `memory` of the time before, only what something changed for is planned anew.
 */
export function planImports(members: readonly MemberView[], memory?: ImportsMemory): ImportsPlan {
  const steps = planInSteps(members, memory);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

/** As `planImports`, a few milliseconds at a time: all from the members as they were given, whatever happens between two steps. */
export function* planInSteps(members: readonly MemberView[], memory = new ImportsMemory()): Generator<undefined, ImportsPlan> {
  const indices: MemberIndex[] = [];
  const names = new Set<string>();
  for (const member of members) {
    const index = indexMember(member);
    for (const name of index.exports.keys()) names.add(name);
    for (const name of index.imports.keys()) names.add(name);
    indices.push(index);
    yield;
  }
  const changes = changesOf(indices, memory);
  memory.indices = undefined;
  for (const service of memory.services.keys()) if (!names.has(service)) memory.services.delete(service);
  const known = new Set(members.filter(({ state }) => state !== "stale").map(({ key }) => key));
  const plan: { actions: ImportAction[]; exports: ExportVerdict[] } = { actions: [], exports: [] };
  for (const service of [...names].toSorted()) {
    const planned = planService(service, indices, known, memory.services.get(service), changes);
    memory.services.set(service, planned);
    for (const { action } of planned.imports) if (action !== undefined) plan.actions.push(action);
    for (const { verdict } of planned.offering.verdicts.values()) plan.exports.push(verdict);
    yield;
  }
  memory.indices = indices;
  return plan;
}

/** undefined: nothing can be compared with what was planned before, since the members are others. */
function changesOf(indices: readonly MemberIndex[], { indices: before }: ImportsMemory): Changes | undefined {
  if (before?.length !== indices.length || indices.some(({ view }, at) => view.key !== before[at]?.view.key)) return undefined;
  const differs = (fields: (index: MemberIndex) => readonly unknown[]) => (index: MemberIndex, at: number) => {
    const old = before[at];
    const values = fields(index);
    return old === undefined || fields(old).some((value, field) => value !== values[field]);
  };
  const offers = differs(({ view: { state, gateway }, exports, services, paths }) => [state, gateway.host, gateway.ip, gateway.port, exports, services, paths]);
  return {
    offering: indices.flatMap((index, at) => (offers(index, at) ? [at] : [])),
    importing: indices.map(differs(({ imports, foreign, namespaces }) => [imports, foreign, namespaces])),
    known: indices.some(differs(({ view: { state } }) => [state])),
  };
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

function planService(service: string, indices: readonly MemberIndex[], known: ReadonlySet<ClusterKey>, before: Planned | undefined, changes: Changes | undefined): Planned {
  const offering = planOffering(service, indices, before?.offering, changes);
  const { offers } = offering;
  const sameForAll = changes?.known === false && before?.offering.offers === offers;
  const namespace = namespaceOf(service);
  const imports = indices.map((index, at): PlannedImport => {
    const old = sameForAll ? before?.imports[at] : undefined;
    if (old !== undefined && changes?.importing[at] === false) return old;
    const facts = { present: index.imports.get(service), foreign: index.foreign.has(service), hasNamespace: index.namespaces.has(namespace) };
    if (old !== undefined && old.present === facts.present && old.foreign === facts.foreign && old.hasNamespace === facts.hasNamespace) return old;
    return { ...facts, action: planImport(service, index, offers, known) };
  });
  return { offering, imports };
}

/** What is offered of a service; the same object as before when it follows from the same, and the same offers when it comes to the same. */
function planOffering(service: string, indices: readonly MemberIndex[], before: Offering | undefined, changes: Changes | undefined): Offering {
  const isSame = (at: number): boolean => {
    const [index, old] = [indices[at], before?.facts[at]];
    if (index === undefined || old === undefined) return false;
    const { exported, service: offered, fault, gateway } = offerFacts(index, service);
    return exported === old.exported && offered === old.service && fault === old.fault && gateway === old.gateway;
  };
  if (before !== undefined && changes?.offering.every(isSame) === true) return before;
  return judgeOffers(indices, indices.map((index) => offerFacts(index, service)), before);
}

function offerFacts({ view: { gateway }, exports, services, paths }: MemberIndex, service: string): OfferFacts {
  const exported = exports.get(service);
  if (exported === undefined) return { exported, service: undefined, fault: undefined, gateway: undefined };
  return { exported, service: services.get(service), fault: pathFault(exported, paths)?.message, gateway: `${gateway.host} ${gateway.ip} ${gateway.port}` };
}

function judgeOffers(indices: readonly MemberIndex[], facts: readonly OfferFacts[], before: Offering | undefined): Offering {
  const valid: (Offer & { valid: Verdict })[] = [];
  const verdicts = new Map<ClusterKey, { exported: ServiceExport; verdict: ExportVerdict }>();
  const judge = (key: ClusterKey, exported: ServiceExport, validity: Verdict, conflict: Verdict) => {
    const fresh = verdictOf(key, exported, validity, conflict);
    const old = before?.verdicts.get(key);
    verdicts.set(key, old?.exported === exported && sameJson(old.verdict, fresh) ? old : { exported, verdict: fresh });
  };
  const invalid: (() => void)[] = [];
  for (const [at, { view, paths }] of indices.entries()) {
    const { exported, service: offered } = facts[at] ?? {};
    if (exported === undefined) continue;
    const validity = validateExport(exported, offered, paths);
    if (validity.status === "True" && offered !== undefined) valid.push({ clusterKey: view.key, exported, service: offered, valid: validity });
    else invalid.push(() => judge(view.key, exported, validity, notJudged));
  }
  const judged: (JudgedOffer & { valid: Verdict })[] = detectConflicts(valid);
  for (const { clusterKey, exported, conflict, valid: validity } of judged) judge(clusterKey, exported, validity, conflict);
  for (const tell of invalid) tell();
  const gateways = new Map(indices.map(({ view }) => [view.key, view.gateway]));
  const offers = serviceOffers(judged, (key) => gateways.get(key));
  return { facts, verdicts, offers: before !== undefined && sameJson(before.offers, offers) ? before.offers : offers };
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
  const keys = [...new Set(spec.ports.flatMap((port) => port.endpoints.map((endpoint) => endpoint.clusterKey)))];
  const sources = `${keys.slice(0, namedMax).join(", ")}${keys.length > namedMax ? ` and ${keys.length - namedMax} more` : ""}`;
  if (present === undefined && !namespaces.has(namespace)) {
    return { ...base, action: "wait", spec, staleKeys, reason: `namespace ${namespace} does not exist in ${view.key}; offered by ${sources}` };
  }
  return { ...base, action: present === undefined ? "create" : "update", spec, staleKeys, reason: `offered by ${sources}${stale}` };
}

function verdictOf(memberKey: ClusterKey, { metadata }: ServiceExport, valid: Verdict, conflict: Verdict): ExportVerdict {
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

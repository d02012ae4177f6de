import type { ClusterKey } from "../cluster/cluster-key.ts";
import { detectConflicts, type JudgedOffer, type Offer } from "../export/detect-conflicts.ts";
import type { ServiceExport } from "../export/service-export-schema.ts";
import { validateExport, type ExportedService, type UsedPath, type Verdict } from "../export/validate-export.ts";
import type { ServiceImport, ServiceImportSpec } from "../import/service-import-schema.ts";
import { importSpec } from "./import-spec.ts";

/** What is known of a member. Its clusters, exports and services are last-known values while it is stale. */
export interface MemberView {
  readonly key: ClusterKey;
  /**
   * listed: its exports and services were listed completely in this term, and are watched. stale: they were not, or
   * the watch is lost. leaving: its Cluster has a deletionTimestamp.
   */
  readonly state: "listed" | "stale" | "leaving";
  /** `ip` is the last good answer of the resolver; empty when there was none. */
  readonly gateway: { readonly host: string; readonly ip: string; readonly port: number };
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

/**
 * The imports of every member as a pure function of the valid exports of the others. Endpoints go only on positive
 * evidence: absent from a complete list, or their cluster is leaving; those of a stale member, and of a cluster that is no member, stay as they are.
 * Nothing is planned for a stale member, since what it holds is not known; imports that Sluice did not write are
 * never touched.
 */
export function planImports(members: readonly MemberView[]): ImportsPlan {
  const { offers, invalid } = validOffers(members);
  const judged = new Map<string, (JudgedOffer & { valid: Verdict })[]>();
  for (const [service, list] of Map.groupBy(offers, ({ exported }) => keyOf(exported))) judged.set(service, detectConflicts(list));
  const verdicts = [...judged.values()].flat().map(({ clusterKey, exported, conflict, valid }) => verdict(clusterKey, exported, valid, conflict));
  const actions = members.filter((member) => member.state !== "stale").flatMap((member) => planMember(member, members, judged));
  return { actions, exports: [...verdicts, ...invalid] };
}

function validOffers(members: readonly MemberView[]): { offers: (Offer & { valid: Verdict })[]; invalid: ExportVerdict[] } {
  const offers: (Offer & { valid: Verdict })[] = [];
  const invalid: ExportVerdict[] = [];
  for (const member of members.filter(({ state }) => state === "listed")) {
    for (const exported of member.exports) {
      const service = member.services.find((candidate) => keyOf(candidate) === keyOf(exported));
      const valid = validateExport(exported, { service, exports: member.exports, usedPaths: member.usedPaths ?? [] });
      if (valid.status === "True" && service !== undefined) offers.push({ clusterKey: member.key, exported, service, valid });
      else invalid.push(verdict(member.key, exported, valid, notJudged));
    }
  }
  return { offers, invalid };
}

function planMember(member: MemberView, members: readonly MemberView[], judged: ReadonlyMap<string, readonly JudgedOffer[]>): ImportAction[] {
  const existing = new Map(member.imports.map((object) => [keyOf(object), object]));
  const services = new Set([...judged.keys(), ...existing.keys()]);
  const actions: ImportAction[] = [];
  for (const service of [...services].toSorted()) {
    const present = existing.get(service);
    if (present !== undefined && present.metadata.labels?.[managedByLabel] !== "sluice") continue;
    const action = planImport(service, present, member, members, judged.get(service) ?? []);
    if (action !== undefined) actions.push(action);
  }
  return actions;
}

function planImport(
  service: string,
  present: ServiceImport | undefined,
  member: MemberView,
  members: readonly MemberView[],
  offers: readonly JudgedOffer[],
): ImportAction | undefined {
  const [namespace = "", name = ""] = service.split("/");
  const base = { memberKey: member.key, namespace, name };
  if (member.state === "leaving") {
    return present && { ...base, action: "delete", staleKeys: [], reason: `${member.key} is leaving the cluster set` };
  }
  const { spec, staleKeys } = importSpec(offers, member.key, members, present?.spec);
  if (spec === undefined) {
    return present && { ...base, action: "delete", staleKeys: [], reason: "no other cluster offers the service any more" };
  }
  const sources = [...new Set(spec.ports.flatMap((port) => port.endpoints.map((endpoint) => endpoint.clusterKey)))].join(", ");
  if (present === undefined && !member.namespaces.includes(namespace)) {
    return { ...base, action: "wait", spec, staleKeys, reason: `namespace ${namespace} does not exist in ${member.key}; offered by ${sources}` };
  }
  const action = present === undefined ? "create" : sameJson(present.spec, spec) ? "keep" : "update";
  const stale = staleKeys.length > 0 ? `; kept without news of ${staleKeys.join(", ")}` : "";
  return { ...base, action, spec, staleKeys, reason: `offered by ${sources}${stale}` };
}

function verdict(memberKey: ClusterKey, { metadata }: ServiceExport, valid: Verdict, conflict: Verdict): ExportVerdict {
  return { memberKey, namespace: metadata.namespace ?? "", name: metadata.name, valid, conflict };
}

function keyOf({ metadata }: { metadata: { name: string; namespace?: string } }): string {
  return `${metadata.namespace}/${metadata.name}`;
}

/** Equality of JSON values, whatever the order of keys; an absent field equals an undefined one. */
function sameJson(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}

function canonical(value: unknown): string | undefined {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([x], [y]) => (x < y ? -1 : 1)))
      : part,
  );
}

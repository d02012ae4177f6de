import { clusterNameOf } from "@sluice/shared/cluster/cluster-key";
import { fromWeights } from "@sluice/shared/split/share-arithmetic";
import { addTally, emptyTally } from "../telemetry/tally.ts";
import { colorAnnotation } from "../world/labels.ts";
import { type Coverage, figure, mergeCoverage } from "../world/proxy-coverage.ts";
import { isReady, type MemberIndex, readyEndpointCount } from "../world/world-index.ts";
import { checklistView } from "./checklist.ts";
import type { ClusterView, FleetView, FlowView } from "./cluster-view.ts";
import type { Known } from "./known.ts";
import { leaveView } from "./leave-view.ts";
import type { Look } from "./look.ts";
import { answersNow } from "./recent-answers.ts";
import { serviceKeys, serviceRowView, sortedRows } from "./service-views.ts";
import { perSecond, type Row, sumRequests } from "./split-rows.ts";

const rateMs = 5_000;
const minuteMs = 60_000;

/** Rows of every service that spans clusters or has a proxy in its path; computed once for all that fleet shows. */
interface FleetRows {
  readonly services: readonly string[];
  readonly rows: readonly Row[];
}

export function fleetView(look: Look): FleetView {
  const services = serviceKeys(look);
  const byService = new Map(services.map((service) => [service, sortedRows(look, service)]));
  const rows = [...byService.values()].flat();
  const fleet = { services, rows };
  const first = rows.filter((row) => row.measuring && row.reading.latest.length > 0)[0];
  return {
    clusters: clusterViews(look, fleet),
    flows: flowViews(look, fleet),
    callers: callerViews(look, fleet),
    services: services.map((service) => serviceRowView(look, service)),
    checklist: checklistView(look, byService),
    latest: first?.reading.latest ?? [],
  };
}

export function clustersList(look: Look): ClusterView[] {
  const services = serviceKeys(look);
  return clusterViews(look, { services, rows: services.flatMap((service) => sortedRows(look, service)) });
}

function clusterViews(look: Look, { services, rows }: FleetRows): ClusterView[] {
  const colors = colorsOf(look.index.members);
  return look.index.members.map((index): ClusterView => {
    const { cluster, key, link, serviceExports } = index.member;
    const exported = services.filter((service) => serviceExports.get(service) !== undefined);
    const seen = <T>(value: () => T): Known<T> => (link.state === "live" ? { state: "known", value: value() } : { state: "cannot-see", sinceMs: link.sinceMs });
    return {
      key,
      name: cluster.metadata.name,
      uid: cluster.metadata.uid ?? "",
      color: colors.get(key) ?? 0,
      gateway: `${cluster.spec.gatewayHost}:${cluster.spec.gatewayPort}`,
      version: cluster.status?.version ?? null,
      conditions: cluster.status?.conditions ?? [],
      leaving: cluster.metadata.deletionTimestamp !== undefined,
      leave: cluster.metadata.deletionTimestamp === undefined ? null : leaveView(cluster.status?.conditions ?? []),
      proxies: seen(() => ({ ready: index.proxyPods.filter(isReady).length, total: index.proxyPods.length })),
      readyEndpoints: seen(() => exported.reduce((sum, service) => sum + readyEndpointCount(index, service), 0)),
      ...answered(look, rows, key),
    };
  });
}

/** What the cluster answered, as the proxies of all callers saw it. */
function answered(look: Look, rows: readonly Row[], target: string): Pick<ClusterView, "requestsPerSecond" | "errorShare"> {
  const senders = rows.filter((row) => row.measuring && row.split.targetKeys.includes(target));
  if (senders.length === 0) return { requestsPerSecond: { state: "not-measured" }, errorShare: { state: "not-measured" } };
  const coverage = mergeCoverage(distinct(senders.map((row) => row.coverage)));
  const minute = emptyTally();
  let rate = 0;
  for (const { service, index } of senders) {
    const fast = look.telemetry.window(service, index.member.key, look.nowMs, rateMs);
    rate += perSecond(fast.byTarget.get(target)?.requests ?? 0, fast.elapsedMs);
    const tally = look.telemetry.window(service, index.member.key, look.nowMs, minuteMs).byTarget.get(target);
    if (tally !== undefined) addTally(minute, tally);
  }
  const silent = coverage.heard.length > 0 && minute.requests === 0;
  return {
    requestsPerSecond: silent ? { state: "no-traffic" } : figure(coverage, () => Math.round(rate * 10) / 10),
    errorShare: silent ? { state: "no-traffic" } : figure(coverage, () => minute.bad / Math.max(minute.requests, 1)),
  };
}

/** Ribbons between clusters: for each source with a proxy in some path, each target of some split. */
function flowViews(look: Look, { rows }: FleetRows): FlowView[] {
  const flows: FlowView[] = [];
  for (const { member } of look.index.members) {
    const own = rows.filter((row) => row.index.member.key === member.key && row.measuring);
    const [first] = own;
    if (first === undefined) continue;
    const rates = new Map<string, number>();
    const answers = new Map<string, number>();
    let traffic = 0;
    for (const { service, split, reading } of own) {
      const lastMinute = look.telemetry.window(service, member.key, look.nowMs, minuteMs).byTarget;
      for (const [key, count] of answersNow(reading, lastMinute, look.nowMs)) answers.set(key, (answers.get(key) ?? 0) + count);
      const fast = look.telemetry.window(service, member.key, look.nowMs, rateMs);
      traffic += sumRequests(fast.byTarget.values());
      for (const key of new Set([...split.targetKeys, ...fast.byTarget.keys()])) {
        rates.set(key, (rates.get(key) ?? 0) + perSecond(fast.byTarget.get(key)?.requests ?? 0, fast.elapsedMs));
      }
    }
    const targets = [...new Set([...rates.keys(), ...answers.keys()])].toSorted();
    // The same answers as in the sentence above the picture, so that both say the same share.
    const shares = fromWeights(targets.map((target) => answers.get(target) ?? 0));
    targets.forEach((target, position) => {
      const value = () => Math.round((rates.get(target) ?? 0) * 10) / 10;
      const idle = first.coverage.heard.length > 0 && traffic === 0;
      flows.push({
        source: member.key,
        target,
        requestsPerSecond: idle ? { state: "no-traffic" } : figure(first.coverage, value),
        permille: shares[position] ?? 0,
      });
    });
  }
  return flows;
}

function callerViews(look: Look, { rows }: FleetRows): FleetView["callers"] {
  return look.index.members.map(({ member }) => {
    const own = rows.filter((row) => row.index.member.key === member.key && row.measuring);
    const [first] = own;
    const requests = own.reduce((sum, row) => {
      const fast = look.telemetry.window(row.service, member.key, look.nowMs, rateMs);
      return sum + perSecond(sumRequests(fast.byTarget.values()), fast.elapsedMs);
    }, 0);
    const known = (): Known<number> => {
      if (first === undefined) return { state: "not-measured" };
      if (first.coverage.heard.length > 0 && requests === 0) return { state: "no-traffic" };
      return figure(first.coverage, () => Math.round(requests * 10) / 10);
    };
    return { source: member.key, count: Math.max(0, ...own.map((row) => row.reading.callers)), requestsPerSecond: known() };
  });
}

/** Palette index by key: as annotated; the others get the lowest free ones in order of age, as they will be annotated. */
export function colorsOf(members: readonly MemberIndex[]): Map<string, number> {
  const colors = new Map<string, number>();
  const byAge = members
    .map(({ member }) => member)
    .toSorted((a, b) => (a.cluster.metadata.creationTimestamp ?? "").localeCompare(b.cluster.metadata.creationTimestamp ?? "") || clusterNameOf(a.key).localeCompare(clusterNameOf(b.key)));
  for (const { key, cluster } of byAge) {
    const given = Number(cluster.metadata.annotations?.[colorAnnotation]);
    if (cluster.metadata.annotations?.[colorAnnotation] !== undefined && Number.isSafeInteger(given) && given >= 0) colors.set(key, given);
  }
  const taken = new Set(colors.values());
  for (const { key } of byAge) {
    if (colors.has(key)) continue;
    let color = 0;
    while (taken.has(color)) color += 1;
    taken.add(color);
    colors.set(key, color);
  }
  return colors;
}

const distinct = (coverages: readonly Coverage[]): Coverage[] => [...new Set(coverages)];

import type { Service } from "@sluice/kubernetes/kinds";
import { shadowOfLabel, systemNamespace } from "@sluice/shared/attachment/attachment-names";
import { fromWeights } from "@sluice/shared/split/share-arithmetic";
import { hasGap } from "../revisions/policy-history.ts";
import { addTally, emptyTally, latenciesMs, type Tally } from "../telemetry/tally.ts";
import { servicePorts } from "../telemetry/telemetry-state.ts";
import { ownerOf } from "../world/owner-of.ts";
import { figure, mergeCoverage } from "../world/proxy-coverage.ts";
import { type MemberIndex, podSlices } from "../world/world-index.ts";
import type { RevisionView } from "./change-view.ts";
import type { ServiceRowView } from "./cluster-view.ts";
import type { Known } from "./known.ts";
import type { Look } from "./look.ts";
import { answersNow } from "./recent-answers.ts";
import type { EndpointView, HistoryView, ServiceView } from "./service-view.ts";
import { perSecond, type Row, rowsOf, specShares, sumRequests } from "./split-rows.ts";

const rateMs = 5_000;
const minuteMs = 60_000;
const hiddenNamespaces = new Set([systemNamespace, "kube-system", "kube-public", "kube-node-lease"]);

/** "namespace/name" of every service that people may want to move, in order. */
export function serviceKeys(look: Look): string[] {
  const keys = new Set<string>();
  for (const { member } of look.index.members) {
    for (const service of member.services.list()) if (isShown(service)) keys.add(`${service.metadata.namespace ?? "default"}/${service.metadata.name}`);
  }
  return [...keys].toSorted();
}

function isShown({ metadata }: Service): boolean {
  if (hiddenNamespaces.has(metadata.namespace ?? "default") || metadata.labels?.[shadowOfLabel] !== undefined) return false;
  return !(metadata.name === "kubernetes" && metadata.namespace === "default");
}

/** Rows in the order of the Split tab: the source with most requests first. */
export function sortedRows(look: Look, service: string): Row[] {
  const traffic = (row: Row) => sumRequests(look.telemetry.window(service, row.index.member.key, look.nowMs, minuteMs).byTarget.values());
  return rowsOf(look, service)
    .map((row) => ({ row, traffic: traffic(row), policy: row.split.policy === undefined ? 0 : 1 }))
    .toSorted((a, b) => b.traffic - a.traffic || b.policy - a.policy)
    .map(({ row }) => row);
}

export function serviceRowView(look: Look, service: string): ServiceRowView {
  const [namespace = "", name = ""] = service.split("/");
  const rows = sortedRows(look, service);
  const main = rows[0];
  const last = rows.flatMap((row) => row.history.at(-1) ?? []).toSorted((a, b) => b.atMs - a.atMs)[0];
  const sums = summary(look, service, rows);
  return {
    service,
    namespace,
    name,
    clusters: keysWith(look, ({ member }) => member.services.get(service) !== undefined),
    exportedBy: keysWith(look, ({ member }) => member.serviceExports.get(service) !== undefined),
    requested: main === undefined ? [] : main.split.targetKeys.map((clusterKey) => ({ clusterKey, permille: main.split.requestedPermille.get(clusterKey) ?? 0 })),
    measured: sums.measured,
    requestsPerSecond: sums.requestsPerSecond,
    success: sums.success,
    p95Ms: sums.p95Ms,
    lastChange: last === undefined ? null : { atMs: last.atMs, by: last.actor },
    owner: ownerOf(main?.split.policy?.metadata, main?.history.at(-1)?.actor),
  };
}

export function serviceView(look: Look, service: string): ServiceView {
  const [namespace = "", name = ""] = service.split("/");
  const rows = sortedRows(look, service);
  const { requestsPerSecond, success, p95Ms } = summary(look, service, rows);
  return {
    service,
    namespace,
    name,
    ports: portViews(look, service),
    clusters: keysWith(look, ({ member }) => member.services.get(service) !== undefined),
    requestsPerSecond,
    success,
    p95Ms,
    ledger: ledger(service, rows),
    endpoints: look.index.members.flatMap((index) => endpointViews(index, service)),
  };
}

/** The service's history after `afterMs`, with a marker for each revision. */
export function historyView(look: Look, service: string, afterMs: number): HistoryView {
  const rows = rowsOf(look, service);
  const targets = [...new Set(rows.flatMap((row) => row.split.targetKeys))].toSorted();
  const markers = rows
    .flatMap((row) => row.history.map((record) => ({ atMs: record.atMs, label: shareLabel(row, record.spec) })))
    .filter((marker) => look.nowMs - marker.atMs <= 15 * minuteMs)
    .toSorted((a, b) => a.atMs - b.atMs);
  const history = look.telemetry.history(service);
  if (history !== undefined) return history.view(targets, afterMs, markers);
  const none = targets.map(() => []);
  return { targets, atMs: [], requestsPerSecond: none, p50Ms: none, p95Ms: none, p99Ms: none, errorsPerSecond: { app: [], proxy: [], gateway: [] }, markers };
}

/** Revisions of a row, newest first. */
export function revisionViews(row: Row): RevisionView[] {
  return row.history
    .map((record, position) => ({
      number: record.number,
      uid: record.uid,
      generation: record.generation,
      atMs: record.atMs,
      by: record.actor,
      reason: record.reason,
      mode: record.spec.lbType,
      shares: specShares(row, record.spec),
      spec: record.spec,
      gapBefore: hasGap(row.history[position - 1], record),
    }))
    .toReversed();
}

/** Figures over all sources: those that measure nothing are left out, those that we can't see make them partial. */
function summary(look: Look, service: string, rows: readonly Row[]) {
  const measuring = rows.filter((row) => row.measuring);
  const coverage = mergeCoverage(measuring.map((row) => row.coverage));
  const fast = new Map<string, number>();
  const minute = emptyTally();
  const byTarget = new Map<string, number>();
  for (const row of measuring) {
    const { key } = row.index.member;
    const recent = look.telemetry.window(service, key, look.nowMs, rateMs);
    fast.set(key, perSecond(sumRequests(recent.byTarget.values()), recent.elapsedMs));
    const lastMinute = look.telemetry.window(service, key, look.nowMs, minuteMs).byTarget;
    for (const tally of lastMinute.values()) addTally(minute, tally);
    for (const [target, count] of answersNow(row.reading, lastMinute, look.nowMs)) byTarget.set(target, (byTarget.get(target) ?? 0) + count);
  }
  const known = <T>(hasTraffic: boolean, value: () => T): Known<T> => {
    if (measuring.length === 0) return { state: "not-measured" };
    if (coverage.heard.length > 0 && !hasTraffic) return { state: "no-traffic" };
    return figure(coverage, value);
  };
  const targets = [...byTarget.keys()].toSorted();
  const shares = fromWeights(targets.map((target) => byTarget.get(target) ?? 0));
  const rate = Math.round([...fast.values()].reduce((sum, value) => sum + value, 0) * 10) / 10;
  return {
    requestsPerSecond: known(minute.requests > 0, () => rate),
    success: known(minute.requests > 0, () => 1 - minute.bad / Math.max(minute.requests, 1)),
    p95Ms: known(minute.latency.size > 0, () => p95(minute)),
    measured: known(minute.requests > 0, () => targets.map((clusterKey, position) => ({ clusterKey, permille: shares[position] ?? 0 }))),
  };
}

const p95 = (tally: Tally): number => latenciesMs(tally, [0.95])[0] ?? 0;

function ledger(service: string, rows: readonly Row[]): ServiceView["ledger"] {
  const coverage = mergeCoverage(rows.filter((row) => row.measuring).map((row) => row.coverage));
  if (rows.every((row) => !row.measuring)) return { state: "not-measured" };
  return figure(coverage, () => {
    let accepted = 0;
    let lost = 0;
    for (const { frame } of coverage.heard) {
      for (const { ledger: counts } of servicePorts(frame, service)) {
        accepted += counts.accepted;
        for (const count of Object.values(counts.failed)) lost += count;
      }
    }
    return { accepted, lost };
  });
}

function portViews(look: Look, service: string): ServiceView["ports"] {
  const ports = new Map<number, ServiceView["ports"][number]>();
  const exported = new Set(look.index.members.flatMap(({ member }) => member.serviceExports.get(service)?.spec.rules.map((rule) => rule.portNumber) ?? []));
  for (const { member } of look.index.members) {
    for (const { port, name, protocol } of member.services.get(service)?.spec.ports ?? []) {
      if (!ports.has(port)) ports.set(port, { port, name: name ?? null, protocol: protocol ?? "TCP", exported: exported.has(port) });
    }
  }
  return [...ports.values()].toSorted((a, b) => a.port - b.port);
}

function endpointViews(index: MemberIndex, service: string): EndpointView[] {
  const { member } = index;
  const views = new Map<string, EndpointView>();
  for (const slice of podSlices(index, service)) {
    for (const endpoint of slice.endpoints) {
      const { targetRef, conditions, nodeName, addresses } = endpoint;
      const pod = targetRef?.name ?? addresses[0] ?? "";
      const created = member.pods.get(`${targetRef?.namespace ?? ""}/${pod}`)?.metadata.creationTimestamp;
      views.set(pod, {
        clusterKey: member.key,
        pod,
        address: addresses[0] ?? "",
        ready: conditions?.ready !== false,
        terminating: conditions?.terminating === true,
        node: nodeName ?? null,
        createdAtMs: created === undefined ? null : Date.parse(created),
      });
    }
  }
  return [...views.values()].toSorted((a, b) => a.pod.localeCompare(b.pod));
}

function keysWith(look: Look, has: (index: MemberIndex) => boolean): string[] {
  return look.index.members.filter(has).map(({ member }) => member.key);
}

function shareLabel(row: Row, spec: Parameters<typeof specShares>[1]): string {
  const name = (key: string) => key.slice(key.lastIndexOf("/") + 1);
  return specShares(row, spec)
    .filter((share) => share.permille > 0)
    .map((share) => `${name(share.clusterKey)} ${share.permille / 10} %`)
    .join(", ");
}

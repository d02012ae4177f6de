import { attachAnnotation } from "@sluice/shared/attachment/attachment-names";
import { keepsSessions } from "@sluice/shared/import/keeps-sessions";
import { effectiveSplit } from "@sluice/shared/policy/effective-split";
import type { GlobalTrafficPolicySpec } from "@sluice/shared/policy/global-traffic-policy-schema";
import { rampedSplit } from "@sluice/shared/policy/ramped-split";
import type { DropReason, EffectiveSplit } from "@sluice/shared/split/split";
import { fromWeights } from "@sluice/shared/split/share-arithmetic";
import { baselineOf, currentRevision, policyHistory } from "../revisions/policy-history.ts";
import { noPolicySpec, type RevisionRecord } from "../revisions/revision-record.ts";
import { type RowReading, readRow } from "../telemetry/row-reading.ts";
import { latenciesMs, type Tally } from "../telemetry/tally.ts";
import { attachmentOf } from "../world/attachment-of.ts";
import { ownerOf } from "../world/owner-of.ts";
import { type Coverage, figure } from "../world/proxy-coverage.ts";
import { type RowSplit, rowSplit, splitBy } from "../world/row-split.ts";
import { type MemberIndex, readyEndpointCount } from "../world/world-index.ts";
import { convergence } from "./convergence.ts";
import type { Known } from "./known.ts";
import type { Look } from "./look.ts";
import type { AttachmentView, SplitRowView, SplitTargetView } from "./service-view.ts";

const rateMs = 5_000;
const minuteMs = 60_000;

/** Everything known about one source row, before it is put into a view. */
export interface Row {
  readonly index: MemberIndex;
  readonly service: string;
  readonly split: RowSplit;
  readonly attachment: AttachmentView;
  readonly coverage: Coverage;
  readonly reading: RowReading;
  readonly effective: EffectiveSplit;
  readonly history: readonly RevisionRecord[];
  /** False: no request passes a proxy, so nothing is measured. */
  readonly measuring: boolean;
}

/** The rows of a service: one a member that has it or imports it, in key order. */
export function rowsOf(look: Look, service: string): Row[] {
  return look.index.members
    .filter(({ member }) => member.services.get(service) !== undefined || member.serviceImports.get(service) !== undefined)
    .map((index) => rowOf(look, index, service));
}

export function rowOf(look: Look, index: MemberIndex, service: string): Row {
  const { member } = index;
  const split = rowSplit(member, service);
  const coverage = look.coverage.get(member.key) ?? { heard: [], total: 0, missing: [], silentSinceMs: look.nowMs, downSinceMs: null };
  const reading = readRow(split, service, coverage.heard);
  const attachment = attachmentOf(index, service);
  const minute = look.telemetry.window(service, member.key, look.nowMs, minuteMs);
  const requests = [...minute.byTarget.values()].reduce((sum, tally) => sum + tally.requests, 0);
  const measuring = attachment === "Inline" || attachment === "Beside" || attachment === "Unknown" || requests > 0;
  const healthy = effectiveSplit(split.main.requested, member.key, (key) => healthOf(look, reading, service, key, measuring));
  const effective = measuring ? rampedSplit(healthy, reading.ramping) : healthy;
  return { index, service, split, attachment, coverage, reading, effective, history: policyHistory(member.revisions.list(), service), measuring };
}

/** The callers' proxies know best, since reachability is pairwise; without them readiness in the target's cluster counts. */
function healthOf(look: Look, reading: RowReading, service: string, key: string, measuring: boolean): DropReason | null {
  const told = reading.dropped.get(key);
  if (measuring && told !== undefined && told !== "stand-by") return told;
  if (reading.readyEndpoints.has(key)) return reading.readyEndpoints.get(key) === 0 ? "no-ready-endpoints" : null;
  const target = look.index.byKey.get(key);
  if (target === undefined) return "unknown-cluster";
  if (target.member.link.state === "unknown") return null;
  return readyEndpointCount(target, service) === 0 ? "no-ready-endpoints" : null;
}

/** Figures of a row that is not measured, or had no request in the window, say so instead of 0. */
export function rowFigure<T>(row: Row, hasTraffic: boolean, value: () => T): Known<T> {
  if (!row.measuring) return row.index.member.link.state === "unknown" ? figure(row.coverage, value) : { state: "not-measured" };
  if (row.coverage.heard.length > 0 && !hasTraffic) return { state: "no-traffic" };
  return figure(row.coverage, value);
}

export function splitRowView(look: Look, row: Row): SplitRowView {
  const { index, split, reading, coverage, history } = row;
  const { member } = index;
  const fast = look.telemetry.window(row.service, member.key, look.nowMs, rateMs);
  const requests = sumRequests(fast.byTarget.values());
  const { policy } = split;
  const identity = policy === undefined ? undefined : { uid: policy.metadata.uid ?? "", generation: policy.metadata.generation ?? 0 };
  const revision = currentRevision(history, identity);
  const baseline = baselineOf(history, look.nowMs);
  return {
    source: member.key,
    policy: policy === undefined || identity === undefined ? null : { ...identity, spec: policy.spec },
    mode: split.spec?.lbType ?? "Locality",
    attachment: row.attachment,
    measureAsked: member.services.get(row.service)?.metadata.annotations?.[attachAnnotation] === "Inline",
    sticky: keepsSessions(member.serviceImports.get(row.service)?.spec, member.serviceExports.get(row.service)?.spec),
    conditions: policy?.status?.conditions ?? [],
    owner: ownerOf(policy?.metadata, revision?.actor),
    callers: reading.callers,
    requestsPerSecond: rowFigure(row, requests > 0, () => perSecond(requests, fast.elapsedMs)),
    targets: targetViews(look, row),
    acknowledged: acknowledged(look, row),
    convergence: convergence({ ...row.reading, proxies: coverage.total }),
    revision: revision === undefined ? null : { number: revision.number, atMs: revision.atMs, by: revision.actor, reason: revision.reason },
    baseline: baseline === undefined ? null : { mode: baseline.lbType, shares: specShares(row, baseline) },
    undo: revision === undefined ? null : { revision: revision.number },
    latest: coverage.heard.length === 0 ? [] : reading.latest,
  };
}

/** Shares in thousandths that a spec comes to for callers of the row, targets in key order. */
export function specShares(row: Row, spec: GlobalTrafficPolicySpec): { clusterKey: string; permille: number }[] {
  const { requestedPermille } = splitBy(row.index.member, row.service, row.split.policy, spec);
  return [...requestedPermille].map(([clusterKey, permille]) => ({ clusterKey, permille }));
}

/** The spec in force: that of the policy, or local only. */
export function currentSpec(row: Row): GlobalTrafficPolicySpec {
  return row.split.spec ?? noPolicySpec;
}

function targetViews(look: Look, row: Row): SplitTargetView[] {
  const { index, split, reading, effective, service } = row;
  const ownKey = index.member.key;
  const fast = look.telemetry.window(service, ownKey, look.nowMs, rateMs);
  const minute = look.telemetry.window(service, ownKey, look.nowMs, minuteMs);
  const shares = fromWeights(effective.targets.map((target) => target.weight));
  const effectivePermille = new Map(effective.targets.map((target, position) => [target.clusterKey, shares[position] ?? 0]));
  const dropped = new Map<string, string>(effective.dropped.map((target) => [target.clusterKey, target.reason]));
  const ramping = new Map(effective.ramping?.map(({ clusterKey, ...ramp }) => [clusterKey, ramp]));
  const total = [...(reading.inForce[0]?.counts.values() ?? [])].reduce((sum, count) => sum + count, 0);
  return split.targetKeys.map((clusterKey) => {
    const recent = minute.byTarget.get(clusterKey);
    const now = fast.byTarget.get(clusterKey);
    const hasTraffic = sumRequests(minute.byTarget.values()) > 0;
    return {
      clusterKey,
      own: clusterKey === ownKey,
      weight: weightOf(row, clusterKey),
      requestedPermille: split.requestedPermille.get(clusterKey) ?? 0,
      effectivePermille: effectivePermille.get(clusterKey) ?? 0,
      dropped: dropped.get(clusterKey) ?? (split.unknownKeys.includes(clusterKey) ? "unknown-cluster" : null),
      ramping: ramping.get(clusterKey) ?? null,
      readyEndpoints: readyEndpoints(look, row, clusterKey),
      measured: measured(row, clusterKey, total, hasTraffic),
      requestsPerSecond: rowFigure(row, hasTraffic, () => perSecond(now?.requests ?? 0, fast.elapsedMs)),
      errorShare: rowFigure(row, (recent?.requests ?? 0) > 0, () => (recent?.bad ?? 0) / Math.max(recent?.requests ?? 1, 1)),
      p95Ms: rowFigure(row, (recent?.latency.size ?? 0) > 0, () => (recent === undefined ? 0 : (latenciesMs(recent, [0.95])[0] ?? 0))),
    };
  });
}

function weightOf(row: Row, clusterKey: string): number {
  const { requested } = row.split.main;
  if (requested.mode === "ActiveActive") return requested.targets.find((target) => target.clusterKey === clusterKey)?.weight ?? 0;
  return clusterKey === row.index.member.key ? 100 : 0;
}

/** As the callers' proxies see them; for a row without a proxy in its path, as the target's own cluster says. */
export function readyEndpoints(look: Look, row: Row, clusterKey: string): Known<number> {
  const seen = row.reading.readyEndpoints.get(clusterKey);
  if (seen !== undefined) return { state: "known", value: seen };
  const target = look.index.byKey.get(clusterKey);
  if (target === undefined) return { state: "cannot-see", sinceMs: look.nowMs };
  if (target.member.link.state !== "live") return { state: "cannot-see", sinceMs: target.member.link.sinceMs };
  return { state: "known", value: readyEndpointCount(target, row.service) };
}

function measured(row: Row, clusterKey: string, total: number, hasTraffic: boolean): Known<{ count: number; of: number }> {
  const { reading, coverage } = row;
  const [shown] = reading.inForce;
  const value = () => ({ count: shown?.counts.get(clusterKey) ?? 0, of: total });
  const known = rowFigure(row, total > 0 || hasTraffic, value);
  if (known.state !== "known" && known.state !== "partial") return known;
  if (shown === undefined) return { state: "no-traffic" };
  const seen = shown.proxies.length;
  if (seen >= coverage.total) return known;
  const counted = new Set(shown.proxies.map((proxy) => proxy.pod));
  const others = coverage.heard.map((proxy) => proxy.pod).filter((pod) => !counted.has(pod));
  return { state: "partial", value: value(), seen, total: coverage.total, missing: [...coverage.missing, ...others].toSorted() };
}

function acknowledged(look: Look, row: Row): SplitRowView["acknowledged"] {
  if (row.attachment === "Detached" && row.split.main.requested.mode === "Locality") return { state: "not-measured" };
  return figure(row.coverage, () => ({
    ready: row.reading.acknowledged.length,
    total: row.coverage.total,
    afterMs: acknowledgedAfterMs(look, row),
  }));
}

/** Only the console's changes have their time to the millisecond; of others (kubectl's have whole seconds) it is not known how long they took. */
function acknowledgedAfterMs(look: Look, row: Row): number | null {
  const atMs = look.acknowledgements.acknowledgedAtMs(row.index.member.key, row.service);
  const { policy } = row.split;
  const revision = currentRevision(row.history, policy === undefined ? undefined : { uid: policy.metadata.uid ?? "", generation: policy.metadata.generation ?? 0 });
  if (atMs === null || revision === undefined || revision.intent === "external") return null;
  return atMs < revision.atMs ? null : atMs - revision.atMs;
}

export const sumRequests = (tallies: Iterable<Tally>): number => [...tallies].reduce((sum, tally) => sum + tally.requests, 0);

/** Rounded to a tenth: more would only flicker. */
export const perSecond = (count: number, elapsedMs: number): number => (elapsedMs <= 0 ? 0 : Math.round((count * 10_000) / elapsedMs) / 10);

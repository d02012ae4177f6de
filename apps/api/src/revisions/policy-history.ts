import type { ControllerRevision } from "@sluice/kubernetes/kinds";
import { byIdentity } from "@sluice/shared/by-identity";
import type { GlobalTrafficPolicySpec } from "@sluice/shared/policy/global-traffic-policy-schema";
import { policyLabel } from "../world/labels.ts";
import { decodeRevision, noPolicySpec, type RevisionRecord } from "./revision-record.ts";

/** How long unreviewed steps add up before they count from anew. */
export const reviewWindowMs = 15 * 60_000;

const decode = byIdentity(decodeRevision);

/** By list of a cache, which is another one when anything in it changed: each is decoded and sorted once, however many policies there are. */
const historiesOf = byIdentity((revisions: readonly ControllerRevision[]) => {
  const byService = new Map<string, RevisionRecord[]>();
  for (const object of revisions) {
    const record = decode(object);
    if (record === undefined) continue;
    const service = `${object.metadata.namespace}/${object.metadata.labels?.[policyLabel]}`;
    const list = byService.get(service);
    if (list === undefined) byService.set(service, [record]);
    else list.push(record);
  }
  for (const list of byService.values()) list.sort((a, b) => a.number - b.number || a.atMs - b.atMs);
  return byService;
});

/** Revisions of one policy, oldest first. */
export function policyHistory(revisions: readonly ControllerRevision[], service: string): readonly RevisionRecord[] {
  return historiesOf(revisions).get(service) ?? [];
}

/** The record of a policy's present generation. */
export function currentRevision(history: readonly RevisionRecord[], policy: { uid: string; generation: number } | undefined): RevisionRecord | undefined {
  if (policy === undefined) return undefined;
  return history.findLast((record) => record.uid === policy.uid && record.generation === policy.generation);
}

/** True when generations between two neighbours in a history were never recorded. */
export function hasGap(previous: RevisionRecord | undefined, record: RevisionRecord): boolean {
  if (previous === undefined || previous.uid !== record.uid) return record.generation > 1;
  return record.generation > previous.generation + 1;
}

/** The day's (UTC) first change; undefined when nothing changed today. */
export function firstOfDay(history: readonly RevisionRecord[], nowMs: number): RevisionRecord | undefined {
  const dayStartMs = nowMs - (nowMs % 86_400_000);
  return history.find((record) => record.atMs >= dayStartMs);
}

/** The spec before the day's (UTC) first change; undefined when nothing changed today. */
export function baselineOf(history: readonly RevisionRecord[], nowMs: number): GlobalTrafficPolicySpec | undefined {
  const first = firstOfDay(history, nowMs);
  return first === undefined ? undefined : (first.before ?? noPolicySpec);
}

/**
 * The spec from which the blast radius of a change is counted: that of the last reviewed revision of the last 15
 * minutes, else what was in force 15 minutes ago. Many small unreviewed steps thus add up.
 */
export function reviewedBase(history: readonly RevisionRecord[], current: GlobalTrafficPolicySpec | undefined, nowMs: number): GlobalTrafficPolicySpec {
  const recent = history.filter((record) => nowMs - record.atMs <= reviewWindowMs);
  const reviewed = recent.findLast((record) => record.reviewed);
  if (reviewed !== undefined) return reviewed.spec;
  const first = recent[0];
  if (first !== undefined) return first.before ?? noPolicySpec;
  return current ?? noPolicySpec;
}

import type { GlobalTrafficPolicy } from "@sluice/shared/policy/global-traffic-policy-schema";
import { specManager } from "../world/owner-of.ts";
import { encodeRevision, externalActor, type RevisionRecord } from "./revision-record.ts";
import { parseSpec } from "../world/row-split.ts";
import type { ControllerRevision } from "@sluice/kubernetes/kinds";

/** The revision to create for a policy's present generation when none is recorded; undefined when there is one. Pure. */
export function planExternalRevision(policy: GlobalTrafficPolicy, history: readonly RevisionRecord[], nowMs: number): ControllerRevision | undefined {
  const { uid, generation, namespace, name } = policy.metadata;
  const spec = parseSpec(policy.spec);
  if (uid === undefined || generation === undefined || spec === undefined) return undefined;
  if (history.some((record) => record.uid === uid && record.generation === generation)) return undefined;
  const last = history.at(-1);
  const times = (policy.metadata.managedFields ?? []).flatMap(({ time, subresource }) => (time === undefined || subresource === "status" ? [] : [Date.parse(time)]));
  // Written times have whole seconds: a change never lies before the revision that it follows.
  const atMs = Math.max(Math.min(nowMs, ...(times.length === 0 ? [nowMs] : [Math.max(...times)])), last?.atMs ?? 0);
  return encodeRevision({ namespace: namespace ?? "default", name }, (last?.number ?? 0) + 1, {
    spec,
    before: last?.uid === uid ? last.spec : null,
    actor: externalActor(specManager(policy.metadata)),
    reason: null,
    intent: "external",
    reviewed: false,
    uid,
    generation,
    at: new Date(atMs).toISOString(),
  });
}

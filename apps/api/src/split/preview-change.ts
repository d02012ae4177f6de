import type { GlobalTrafficPolicySpec } from "@sluice/shared/policy/global-traffic-policy-schema";
import { stringify } from "yaml";
import { reviewedBase } from "../revisions/policy-history.ts";
import type { DraftSplit, PreviewView } from "../views/change-view.ts";
import type { Look } from "../views/look.ts";
import { currentSpec, perSecond, readyEndpoints, type Row, specShares, sumRequests } from "../views/split-rows.ts";
import { ownerOf } from "../world/owner-of.ts";
import { splitBy } from "../world/row-split.ts";
import { isReady } from "../world/world-index.ts";
import { draftSpec } from "./draft-spec.ts";
import { frictionOf, type Move } from "./friction.ts";
import { evaluateGuards, type GuardTarget } from "./guards.ts";
import { releaseField } from "./release-field.ts";

const minuteMs = 60_000;

/** What a draft would do, and what stands in its way. `draft` must be the form of `spec`. Pure. */
export function previewChange(look: Look, row: Row, draft: DraftSplit, spec: GlobalTrafficPolicySpec = draftSpec(draft)): PreviewView {
  const { index, service, split, attachment } = row;
  const { member } = index;
  const after = splitBy(member, service, split.policy, spec).requestedPermille;
  const reviewed = new Map(specShares(row, reviewedBase(row.history, split.spec, look.nowMs)).map((share) => [share.clusterKey, share.permille]));
  const minute = look.telemetry.window(service, member.key, look.nowMs, minuteMs);
  const rate = row.measuring && minute.elapsedMs > 0 ? perSecond(sumRequests(minute.byTarget.values()), minute.elapsedMs) : null;
  const keys = [...new Set([...split.targetKeys, ...draft.shares.map((share) => share.clusterKey), ...draft.failOver])].toSorted();
  const moves = keys.map((clusterKey): Move => {
    const seen = row.history.some((record) => specShares(row, record.spec).some((share) => share.clusterKey === clusterKey && share.permille > 0));
    return {
      clusterKey,
      beforePermille: split.requestedPermille.get(clusterKey) ?? 0,
      afterPermille: after.get(clusterKey) ?? 0,
      reviewedPermille: reviewed.get(clusterKey) ?? 0,
      own: clusterKey === member.key,
      proven: seen || (minute.byTarget.get(clusterKey)?.requests ?? 0) > 0,
    };
  });
  const friction = frictionOf(moves, rate, currentSpec(row).lbType !== spec.lbType);
  const policy = split.policy;
  const owner = ownerOf(policy?.metadata);
  return {
    service,
    source: member.key,
    base: { uid: policy?.metadata.uid ?? null, spec: policy?.spec ?? null },
    targets: moves.map(({ clusterKey, beforePermille, afterPermille }) => {
      const ready = readyEndpoints(look, row, clusterKey);
      const share = (permille: number) => (rate === null ? null : Math.round(rate * permille) / 1000);
      return { clusterKey, beforePermille, afterPermille, beforePerSecond: share(beforePermille), afterPerSecond: share(afterPermille), readyEndpoints: ready.state === "known" || ready.state === "partial" ? ready.value : null };
    }),
    movedPermille: friction.movedPermille,
    friction: friction.friction,
    confirmName: friction.confirmName,
    attachment: attachmentChange(attachment, spec),
    guards: evaluateGuards({
      draft,
      targets: moves.map((move) => guardTarget(look, row, move)),
      sourceProxies: readyProxies(look, member.key),
      telemetryAgeMs: ageOf(look, member.key),
      owner,
      notCaptured: policy?.status?.conditions?.find((condition) => condition.type === "Captured" && condition.status === "False")?.message ?? null,
    }),
    git: owner.git === undefined ? null : { ...owner.git, detail: owner.detail, releaseYaml: releaseField(owner.git, service) },
    yamlBefore: policy === undefined ? "" : policyYaml(service, policy.spec),
    yamlAfter: policyYaml(service, spec),
    kubectl: kubectlCommand(member.cluster.metadata.name, service, spec, policy !== undefined),
  };
}

/** The policy as a manifest, without what only the API server sets. */
export function policyYaml(service: string, spec: unknown): string {
  const [namespace, name] = service.split("/");
  return stringify({ apiVersion: "flomesh.io/v1alpha1", kind: "GlobalTrafficPolicy", metadata: { namespace, name }, spec });
}

function guardTarget(look: Look, row: Row, move: Move): GuardTarget {
  const tally = look.telemetry.window(row.service, row.index.member.key, look.nowMs, minuteMs).byTarget.get(move.clusterKey);
  return {
    clusterKey: move.clusterKey,
    own: move.own,
    gains: move.afterPermille > move.beforePermille,
    afterPermille: move.afterPermille,
    offered: move.own || row.split.main.importKeys.includes(move.clusterKey),
    readyEndpoints: readyEndpoints(look, row, move.clusterKey),
    readyProxies: readyProxies(look, move.clusterKey),
    answers: tally?.requests ?? 0,
    bad: tally?.bad ?? 0,
  };
}

function readyProxies(look: Look, key: string): number | null {
  const index = look.index.byKey.get(key);
  return index?.member.link.state === "live" ? index.proxyPods.filter(isReady).length : null;
}

function ageOf(look: Look, key: string): number | null {
  const newestMs = look.telemetry.newestMs(key);
  return newestMs === null ? null : look.nowMs - newestMs;
}

function attachmentChange(from: Row["attachment"], spec: GlobalTrafficPolicySpec): PreviewView["attachment"] {
  const to = spec.lbType === "ActiveActive" ? "Inline" : spec.lbType === "FailOver" ? "Standby" : "Detached";
  // Going back to Detached takes the careful steps of the attachment controller; only the way in is news here.
  return from === to || to === "Detached" || from === "Inline" ? null : { from, to };
}

function kubectlCommand(context: string, service: string, spec: GlobalTrafficPolicySpec, exists: boolean): string {
  const [namespace, name] = service.split("/");
  if (exists) return `kubectl --context ${context} patch globaltrafficpolicies.flomesh.io ${name} -n ${namespace} --type merge -p '${JSON.stringify({ spec })}'`;
  return `kubectl --context ${context} apply -f - <<'EOF'\n${policyYaml(service, spec)}EOF`;
}

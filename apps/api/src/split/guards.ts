import { clusterNameOf } from "@sluice/shared/cluster/cluster-key";
import type { DraftSplit, GuardView } from "../views/change-view.ts";
import type { Known } from "../views/known.ts";
import type { OwnerView } from "../views/cluster-view.ts";

/** Telemetry older than this is not good enough to send more requests somewhere. */
const telemetryAgeMsMax = 10_000;
/** Fewer answers say nothing about an error share. */
const answersMin = 20;

export interface GuardTarget {
  readonly clusterKey: string;
  readonly own: boolean;
  readonly gains: boolean;
  readonly afterPermille: number;
  /** The source's import names it, or it is the source. */
  readonly offered: boolean;
  readonly readyEndpoints: Known<number>;
  /** Ready proxies in the cluster; null: not known. */
  readonly readyProxies: number | null;
  /** Answers of the last minute to this source's callers, and how many were bad. */
  readonly answers: number;
  readonly bad: number;
}

export interface GuardFacts {
  readonly draft: DraftSplit;
  readonly targets: readonly GuardTarget[];
  /** Ready proxies in the source cluster; null: not known. */
  readonly sourceProxies: number | null;
  /** Age of the newest telemetry of the source's proxies; null: none. */
  readonly telemetryAgeMs: number | null;
  readonly owner: OwnerView;
  /** Message of the condition Captured while it is False. */
  readonly notCaptured: string | null;
}

/** All rules with their outcomes. Only targets that gain share are guarded: leaving a sick one is never blocked. */
export function evaluateGuards(facts: GuardFacts): GuardView[] {
  const gaining = facts.targets.filter((target) => target.gains);
  const guards = [sumGuard(facts.draft), listedOnceGuard(facts.draft), sourceProxyGuard(facts), ownerGuard(facts.owner)];
  for (const target of gaining) guards.push(...targetGuards(target, facts.targets));
  if (gaining.length > 0) guards.push(telemetryGuard(facts.telemetryAgeMs));
  if (facts.notCaptured !== null) guards.push({ id: "captured", outcome: "note", params: { message: facts.notCaptured } });
  return guards;
}

/** Identifies what an override speaks of, so that overriding one target's rule does not override another's. */
function guard(id: string, outcome: GuardView["outcome"], params: GuardView["params"] = {}): GuardView {
  return { id, outcome, params };
}

function sumGuard(draft: DraftSplit): GuardView {
  const sum = draft.shares.reduce((total, share) => total + share.permille, 0);
  const wrong = draft.mode === "ActiveActive" && sum !== 1000;
  return guard("sum", wrong ? "refuse" : "pass", { percent: sum / 10 });
}

function listedOnceGuard(draft: DraftSplit): GuardView {
  const keys = draft.mode === "FailOver" ? draft.failOver : draft.shares.map((share) => share.clusterKey);
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  return guard("listed-once", twice === undefined ? "pass" : "refuse", twice === undefined ? {} : { cluster: clusterNameOf(twice) });
}

/** Without a proxy nothing can be split: requests would go on as before, or nowhere. */
function sourceProxyGuard({ draft, sourceProxies, targets }: GuardFacts): GuardView {
  const own = targets.find((target) => target.own);
  const needed = draft.mode !== "Locality";
  return guard("proxy", needed && sourceProxies === 0 ? "refuse" : "pass", { cluster: own === undefined ? "" : clusterNameOf(own.clusterKey), ready: sourceProxies ?? 0 });
}

function ownerGuard(owner: OwnerView): GuardView {
  const other = owner.kind === "git" || owner.kind === "migration";
  return guard("owner", other ? "override" : "pass", { owner: owner.detail });
}

function targetGuards(target: GuardTarget, targets: readonly GuardTarget[]): GuardView[] {
  const cluster = clusterNameOf(target.clusterKey);
  const guards = [guard("offered", target.offered ? "pass" : "refuse", { cluster }), endpointsGuard(target, cluster)];
  if (!target.own) guards.push(guard("target-proxy", target.readyProxies === 0 ? "refuse" : "pass", { cluster }));
  const own = targets.find((candidate) => candidate.own);
  const share = (of: GuardTarget | undefined) => (of === undefined || of.answers < answersMin ? 0 : of.bad / of.answers);
  const worse = !target.own && target.answers >= answersMin && share(target) > share(own);
  guards.push(guard("error-share", worse ? "override" : "pass", { cluster, percent: Math.round(share(target) * 1000) / 10, source: Math.round(share(own) * 1000) / 10 }));
  return guards;
}

function endpointsGuard({ readyEndpoints }: GuardTarget, cluster: string): GuardView {
  switch (readyEndpoints.state) {
    case "known":
    case "partial":
      return guard("ready-endpoints", readyEndpoints.value === 0 ? "refuse" : "pass", { cluster, ready: readyEndpoints.value });
    case "not-measured":
    case "no-traffic":
    case "cannot-see":
    case "down":
      return guard("endpoints-seen", "override", { cluster });
  }
}

function telemetryGuard(ageMs: number | null): GuardView {
  const old = ageMs === null || ageMs > telemetryAgeMsMax;
  return guard("telemetry-age", old ? "override" : "pass", ageMs === null ? {} : { seconds: Math.round(ageMs / 1000) });
}

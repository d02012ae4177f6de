import type { DropReason, EffectiveSplit } from "@sluice/shared/split/split";
import type { TargetHealth } from "@sluice/shared/telemetry/telemetry-frame";
import type { PortPart, ServicePart } from "../../snapshot.ts";
import { PortCounters } from "../../telemetry/port-counters.ts";
import { RetryBudget } from "../balance/retry-budget.ts";
import type { Route, RouteTarget } from "../forward/route.ts";
import type { HealthBoard } from "../health/health-board.ts";
import type { LocalTarget, RemoteTarget } from "./cluster-target.ts";
import { type CompiledSplit, compileSplit } from "./compiled-split.ts";
import { drawSession } from "../forward/session-cookie.ts";
import { joinRemotePath } from "./join-remote-path.ts";
import { RampUp } from "./ramp-up.ts";
import { splitCause } from "./split-cause.ts";

/**
 * A target with share s takes 1/s draws on average, so that over all requests it is as many as there are targets; at a
 * share of 0.1 % one new session in 60 stays without a key.
 */
const drawsMax = 4_096;

export interface ServiceRouteDeps {
  readonly random: () => number;
  /** Monotonic ms. */
  readonly nowMs: () => number;
  readonly epochMs: () => number;
  readonly board: HealthBoard;
  /** Over how long a returning target rises to its share; 0: at once. */
  readonly rampUpMs: number;
}

/** The route of one service port: what its policy asks, what health leaves of it, and whose turn it is. */
export class ServiceRoute implements Route {
  readonly service: string;
  readonly counters: PortCounters;
  readonly budget: RetryBudget;
  readonly role = "service";
  readonly #deps: ServiceRouteDeps;
  readonly #rampUp: RampUp;
  #ownKey = "";
  #part: PortPart | null = null;
  #local: LocalTarget | null = null;
  #remotes: ReadonlyMap<string, RemoteTarget> = new Map();
  #split: CompiledSplit | null = null;
  #standBy: CompiledSplit | null = null;
  #policyKey = "";
  #weightsKey = "";
  #boardVersion = -1;
  /** Monotonic ms at which an ejection ends or a ramp has its next step. */
  #recheckAtMs = Number.POSITIVE_INFINITY;

  constructor(service: string, port: number, deps: ServiceRouteDeps) {
    this.service = service;
    this.counters = new PortCounters(service, port, "service");
    this.budget = new RetryBudget(deps.nowMs());
    this.#deps = deps;
    this.#rampUp = new RampUp(deps.rampUpMs);
  }

  /** Puts another part in force. Counts and tickets go on unless the policy or the effective weights changed. */
  update(ownKey: string, service: ServicePart, part: PortPart, local: LocalTarget, remotes: ReadonlyMap<string, RemoteTarget>): void {
    this.#ownKey = ownKey;
    this.#part = part;
    this.#local = local;
    this.#remotes = remotes;
    this.#boardVersion = -1;
    const before = this.counters.policy;
    const { policy } = service;
    // The split's hash changes also when a cluster joins: that is no change of the policy.
    const samePolicy = policy?.uid === before?.uid && policy?.generation === before?.generation;
    if (!samePolicy || this.#split === null) this.#rampUp.beginAnew(this.#deps.nowMs());
    if (!samePolicy || policy?.splitHash !== before?.splitHash) this.counters.onPolicyApplied(policy === null ? null : { ...policy, appliedAtMs: this.#deps.epochMs() });
    this.#compiled();
  }

  /** What is in force until now was a stand-in for what the next `update` brings: nobody ramps up because of that. */
  beginAnew(): void {
    this.#split = null;
  }

  /** The endpoints of the own cluster. */
  get local(): LocalTarget {
    return this.#local as LocalTarget;
  }

  get effective(): EffectiveSplit {
    return this.#compiled().effective;
  }

  /** Besides the pods: what comes here is an accident of balancing and no share of the split, and it should not stay. */
  get parting(): boolean {
    return this.#part?.passLocal === true && this.local.group.destinations.length > 0;
  }

  choose(): RouteTarget | "no_local_endpoints" | "no_healthy_target" {
    if (this.parting) return this.local;
    const split = this.#compiled();
    const target = split.targets[split.chooser.choose()];
    if (target === undefined) return split.effective.refusal ?? "no_healthy_target";
    target.counters.onChosen(false);
    return target;
  }

  get sticky(): boolean {
    return this.#part?.sticky === true;
  }

  chooseFor(session: string): RouteTarget | "no_local_endpoints" | "no_healthy_target" {
    if (this.parting) return this.local;
    const split = this.#compiled();
    const target = split.targets[split.sessions.choose(session)];
    if (target === undefined) return split.effective.refusal ?? "no_healthy_target";
    target.counters.onChosen(true);
    return target;
  }

  drawSession({ clusterKey }: RouteTarget): string | null {
    const { targets, sessions } = this.#compiled();
    const wanted = targets.findIndex((target) => target.clusterKey === clusterKey);
    if (wanted === -1) return null;
    for (let tries = 0; tries < drawsMax; tries++) {
      const session = drawSession(this.#deps.random);
      if (sessions.choose(session) === wanted) return session;
    }
    return null;
  }

  elsewhere(tried: readonly RouteTarget[], session: string | null): RouteTarget | null {
    const split = this.#compiled();
    return untried(split, tried, session) ?? (this.#standBy === null ? null : untried(this.#standBy, tried, session));
  }

  standIn(failed: RouteTarget, session: string | null): RouteTarget | null {
    if (failed.clusterKey !== this.#ownKey) return null;
    this.#compiled();
    if (this.#standBy === null) return null;
    const { targets, chooser, sessions } = this.#standBy;
    return targets[session === null ? chooser.choose() : sessions.choose(session)] ?? null;
  }

  requestTarget(target: string, to: RouteTarget): string {
    return to.remotePath === null ? target : joinRemotePath(to.remotePath, target);
  }

  /** What this proxy knows of each target that the policy names, and of the own cluster. */
  health(): TargetHealth[] {
    const { effective } = this;
    const dropped = new Map(effective.dropped.map(({ clusterKey, reason }) => [clusterKey, reason]));
    const ramps = new Map(effective.ramping?.map(({ clusterKey, ...ramp }) => [clusterKey, ramp]));
    const keys = new Set([this.#ownKey, ...dropped.keys(), ...this.#remotes.keys()]);
    const nowMs = this.#deps.nowMs();
    return [...keys].toSorted().map((clusterKey) => {
      const remote = this.#remotes.get(clusterKey);
      const reason = dropped.get(clusterKey);
      const ramping = ramps.get(clusterKey);
      let readyEndpoints: number | null = null;
      if (clusterKey === this.#ownKey) readyEndpoints = this.local.group.destinations.length;
      else if (remote !== undefined) readyEndpoints = remote.health.readyEndpoints(remote.remotePath);
      const knownAtMs = remote?.health.knownAtMs ?? nowMs;
      return { clusterKey, readyEndpoints, ageMs: nowMs - knownAtMs, ...(reason === undefined ? {} : { dropped: reason }), ...(ramping === undefined ? {} : { ramping }) };
    });
  }

  #compiled(): CompiledSplit {
    const { board, nowMs } = this.#deps;
    if (this.#split !== null && this.#boardVersion === board.version && nowMs() < this.#recheckAtMs) return this.#split;
    return this.#compile();
  }

  #compile(): CompiledSplit {
    const { board, nowMs, random } = this.#deps;
    const part = this.#part as PortPart;
    const presentMs = nowMs();
    this.#boardVersion = board.version;
    this.#recheckAtMs = Number.POSITIVE_INFINITY;
    for (const { ejection } of this.#remotes.values()) {
      if (ejection.ejected(presentMs)) this.#recheckAtMs = Math.min(this.#recheckAtMs, ejection.untilMs);
    }
    const groupOf = (key: string): RouteTarget | undefined => (key === this.#ownKey ? this.local : this.#remotes.get(key));
    const { requested } = part;
    const health = (key: string): DropReason | null => this.#dropReason(key, presentMs);
    const ramped = (effective: EffectiveSplit): EffectiveSplit => this.#rampUp.apply(effective, presentMs);
    const split = compileSplit(requested, this.#ownKey, { health, groupOf, random, ...(requested.mode === "ActiveActive" ? { ramped } : {}) });
    if (requested.mode === "ActiveActive") this.#recheckAtMs = Math.min(this.#recheckAtMs, this.#rampUp.nextAtMs);
    this.#split = this.#continued(split);
    this.#standBy =
      requested.mode === "FailOver"
        ? compileSplit(requested, this.#ownKey, { health: (other) => (other === this.#ownKey ? "stand-by" : health(other)), groupOf, random })
        : null;
    return this.#split;
  }

  /** The same weights under the same policy: the tickets go on, only the groups may be new. Else tickets and counts begin anew together. */
  #continued(split: CompiledSplit): CompiledSplit {
    const { policy } = this.counters;
    const policyKey = policy === null ? "" : `${policy.uid} ${policy.generation}`;
    const weightsKey = split.effective.targets.map(({ clusterKey, weight }) => `${clusterKey}=${weight}`).join(" ");
    const before = this.#split !== null && policyKey === this.#policyKey ? this.#split : null;
    if (before !== null && weightsKey === this.#weightsKey) return { ...split, chooser: before.chooser };
    this.#policyKey = policyKey;
    this.#weightsKey = weightsKey;
    const targets = split.effective.targets.map(({ clusterKey, weight }) => ({ clusterKey, weight }));
    this.counters.onSplitChanged({ targets, sinceMs: this.#deps.epochMs(), cause: splitCause(before?.effective ?? null, split.effective) });
    return split;
  }

  #dropReason(key: string, nowMs: number): DropReason | null {
    if (key === this.#ownKey) return this.local.group.destinations.length > 0 ? null : "no-ready-endpoints";
    const remote = this.#remotes.get(key);
    if (remote === undefined) return "unknown-cluster";
    if (remote.health.unreachable) return "unreachable";
    if (remote.health.readyEndpoints(remote.remotePath) === 0) return "no-ready-endpoints";
    return remote.ejection.ejected(nowMs) ? "ejected" : null;
  }
}

/** Of the targets that were not tried the next of the session, or without one that with the largest weight. */
function untried({ effective, targets, sessions }: CompiledSplit, tried: readonly RouteTarget[], session: string | null): RouteTarget | null {
  const isTried = (target: RouteTarget | undefined): boolean => tried.some((other) => other.clusterKey === target?.clusterKey);
  if (session !== null) return targets[sessions.choose(session, (index) => isTried(targets[index]))] ?? null;
  let best: RouteTarget | null = null;
  let bestWeight = 0;
  for (const [index, target] of targets.entries()) {
    const weight = effective.targets[index]?.weight ?? 0;
    if (weight <= bestWeight || isTried(target)) continue;
    best = target;
    bestWeight = weight;
  }
  return best;
}

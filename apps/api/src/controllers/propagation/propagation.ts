import { setTimeout as delay } from "node:timers/promises";
import { type ReconcileLoop, startReconcileLoop } from "@sluice/kubernetes/reconcile-loop";
import type { ClusterKey } from "@sluice/shared/cluster/cluster-key";
import { type ExportVerdict, type ImportAction, ImportsMemory } from "@sluice/shared/propagation/plan-imports";
import type { Logger } from "pino";
import { GatewayAddresses } from "../../kubernetes/gateway-addresses.ts";
import type { Member, MemberDirectory } from "../../kubernetes/member-directory.ts";
import type { SetIdentity } from "../../kubernetes/set-identity.ts";
import { indexWorld } from "../../world/world-index.ts";
import { membershipFault } from "../cluster/membership-fault.ts";
import { Turns } from "../turns.ts";
import { type Applied, applyImport, applyVerdict, type PropagationWorld } from "./apply.ts";
import { HeldViews } from "./held-views.ts";
import { observeMembers } from "./observe.ts";
import { planPropagation } from "./reconcile.ts";

export interface PropagationOptions {
  directory: Pick<MemberDirectory, "members" | "world">;
  createNamespaces: boolean;
  log: Logger;
  now: () => number;
  backoff: { firstMs: number; mostMs: number };
  onError: (key: string, error: unknown, failures: number) => void;
}

type Due = ExportVerdict | ImportAction;

/** What one member may have to be written; what comes before `at` was. */
interface Part {
  readonly due: Due[];
  at: number;
}

/** Enough that each member has a worker of its own: one that does not answer keeps no other waiting. */
const writersMax = 1_000;
const againMs = 10_000;
/** The first lists of a member may take long where there are many; a heartbeat that fails tells within seconds that there will be none. */
const firstReadMsMost = 30_000;
const decidedPollMs = 50;

/** Keeps every member's imports as the exports ask for. A look plans for all at once; each member is written to apart. */
export class Propagation {
  readonly #options: PropagationOptions;
  readonly #addresses: GatewayAddresses;
  readonly #memory = new ImportsMemory();
  readonly #writers: ReconcileLoop;
  readonly #heldViews = new HeldViews();
  readonly #turns = new Turns();
  readonly #stopped = new AbortController();
  /** Of which there was nothing to write: they are planned anew, as other objects, when anything that they follow from is another one. */
  readonly #settled = new WeakSet<Due>();
  #parts: ReadonlyMap<ClusterKey, Part> = new Map();
  #isOfSet: (member: Member) => boolean = () => false;
  #looked: { total: number; pending: number } | undefined;

  constructor(options: PropagationOptions) {
    this.#options = options;
    this.#addresses = new GatewayAddresses(options.now);
    this.#writers = startReconcileLoop({ reconcile: (name, signal) => this.#write(name, signal), concurrency: writersMax, backoff: options.backoff, onError: (name, error, failures) => options.onError(`imports of ${name}`, error, failures) });
  }

  /** How many imports there are to be, and how many were not as they should when they were last looked at. */
  get imports(): { total: number; pending: number } | undefined {
    return this.#looked;
  }

  /**
   * Looks at all exports and imports, and has every member written what is due. Answers how much processor time that took, in ms, and when
   * to look again although nothing changed. The first look waits, for a while, until every member was read or can't be: without
   * what another offers, the imports of all would be marked as stale, only to be written again.
   */
  async look(set: SetIdentity): Promise<{ costMs: number; requeueAfterMs: number }> {
    const { directory, now } = this.#options;
    if (this.#looked === undefined) await this.#membersDecided();
    await this.#addresses.refresh(directory.members().map(({ cluster }) => cluster.spec.gatewayHost));
    const members = directory.members();
    const isFaulty = (member: Member) => membershipFault(member, set) !== undefined;
    const { views, refused } = observeMembers(members, indexWorld(directory.world()), set, this.#addresses);
    const held = this.#heldViews.hold(members, views, isFaulty, now());
    const { result, costMs } = await this.#turns.take(planPropagation({ views: held.views, refused }, this.#memory));
    const { actions, exports } = result;
    const isDue = (one: Due) => !this.#settled.has(one);
    this.#parts = new Map(Map.groupBy([...actions.filter(isDue), ...exports.filter(isDue)], ({ memberKey }) => memberKey).entries().map(([key, due]) => [key, { due, at: 0 }]));
    this.#isOfSet = (member) => !isFaulty(member);
    this.#looked = { total: actions.length, pending: actions.filter(({ action }) => action !== "keep").length };
    for (const { cluster, key } of members) if (this.#parts.has(key)) this.#writers.add(cluster.metadata.name);
    return { costMs, requeueAfterMs: Math.min(againMs, held.againMs ?? againMs) };
  }

  async #membersDecided(): Promise<void> {
    const { directory, now } = this.#options;
    const lastMs = now() + firstReadMsMost;
    const isUndecided = ({ connection, failure }: Member) => connection?.live !== true && failure === undefined;
    while (!this.#stopped.signal.aborted && now() < lastMs && directory.members().some(isUndecided)) {
      await delay(decidedPollMs, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
    }
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#writers.stop();
  }

  async #write(name: string, signal: AbortSignal): Promise<void> {
    const { directory, createNamespaces, log, now } = this.#options;
    const member = directory.members().find(({ cluster }) => cluster.metadata.name === name);
    if (member?.connection?.live !== true || !this.#isOfSet(member)) return;
    const world: PropagationWorld = { member, createNamespaces, log, nowMs: now(), signal };
    const part = this.#parts.get(member.key);
    // A later look may come to something else: that holds, and calls for another round.
    while (part !== undefined && this.#parts.get(member.key) === part && !signal.aborted) {
      const one = part.due[part.at];
      if (one === undefined) return;
      part.at += 1;
      // One that fails keeps no other waiting.
      const applied = await this.#apply(one, world).catch((error: unknown) => {
        part.due.push(one);
        throw error;
      });
      if (applied === "stands") this.#settled.add(one);
      await this.#turns.over();
    }
  }

  async #apply(one: Due, world: PropagationWorld): Promise<Applied> {
    return "valid" in one ? await applyVerdict(one, world) : await applyImport(one, world);
  }
}

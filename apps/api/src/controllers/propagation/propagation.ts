import { type ReconcileLoop, startReconcileLoop } from "@sluice/kubernetes/reconcile-loop";
import type { ClusterKey } from "@sluice/shared/cluster/cluster-key";
import type { ExportVerdict, ImportAction, ImportsMemory } from "@sluice/shared/propagation/plan-imports";
import type { Logger } from "pino";
import { GatewayAddresses } from "../../kubernetes/gateway-addresses.ts";
import type { Member, MemberDirectory } from "../../kubernetes/member-directory.ts";
import type { SetIdentity } from "../../kubernetes/set-identity.ts";
import { indexWorld } from "../../world/world-index.ts";
import { membershipFault } from "../cluster/membership-fault.ts";
import { applyImport, applyVerdict } from "./apply.ts";
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

/** What one member is to be written, by "namespace/name". */
interface Part {
  readonly verdicts: ReadonlyMap<string, ExportVerdict>;
  readonly actions: ReadonlyMap<string, ImportAction>;
}

/** Enough that each member has a worker of its own: one that does not answer keeps no other waiting. */
const writersMax = 1_000;

/** Keeps every member's imports as the exports ask for. A look plans for all at once; each member is written to apart. */
export class Propagation {
  readonly #options: PropagationOptions;
  readonly #addresses: GatewayAddresses;
  readonly #memory: ImportsMemory = new Map();
  readonly #writers: ReconcileLoop;
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

  /** Looks at all exports and imports, and has every member written what is due. Answers the processor time that it took, in ms. */
  async look(set: SetIdentity): Promise<number> {
    const { directory } = this.#options;
    await this.#addresses.refresh(directory.members().map(({ cluster }) => cluster.spec.gatewayHost));
    const startedMs = performance.now();
    const members = directory.members();
    const { actions, exports } = planPropagation(observeMembers(members, indexWorld(directory.world()), set, this.#addresses), this.#memory);
    const verdictsOf = Map.groupBy(exports, ({ memberKey }) => memberKey);
    const actionsOf = Map.groupBy(actions, ({ memberKey }) => memberKey);
    this.#parts = new Map(members.map(({ key }) => [key, { verdicts: byName(verdictsOf.get(key)), actions: byName(actionsOf.get(key)) }]));
    this.#isOfSet = (member) => membershipFault(member, set) === undefined;
    this.#looked = { total: actions.length, pending: actions.filter(({ action }) => action !== "keep").length };
    for (const { cluster } of members) this.#writers.add(cluster.metadata.name);
    return performance.now() - startedMs;
  }

  async stop(): Promise<void> {
    await this.#writers.stop();
  }

  async #write(name: string, signal: AbortSignal): Promise<void> {
    const { directory, createNamespaces, log, now } = this.#options;
    const member = directory.members().find(({ cluster }) => cluster.metadata.name === name);
    if (member?.connection?.live !== true || !this.#isOfSet(member)) return;
    const world = { member, createNamespaces, log, nowMs: now(), signal };
    const part = this.#parts.get(member.key);
    // While it is written to, a later look may come to something else: that holds.
    for (const key of part?.verdicts.keys() ?? []) {
      const verdict = this.#parts.get(member.key)?.verdicts.get(key);
      if (verdict !== undefined) await applyVerdict(verdict, world);
    }
    for (const key of part?.actions.keys() ?? []) {
      const action = this.#parts.get(member.key)?.actions.get(key);
      if (action !== undefined) await applyImport(action, world);
    }
  }
}

function byName<T extends { namespace: string; name: string }>(list: readonly T[] = []): ReadonlyMap<string, T> {
  return new Map(list.map((one) => [`${one.namespace}/${one.name}`, one]));
}

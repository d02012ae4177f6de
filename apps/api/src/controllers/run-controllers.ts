import { type Reconciled, type ReconcileLoop, startReconcileLoop } from "@sluice/kubernetes/reconcile-loop";
import type { KubernetesClient } from "@sluice/kubernetes/client";
import type { Logger } from "pino";
import type { MemberDirectory } from "../kubernetes/member-directory.ts";
import { beginTerm, isHeldBack, raiseEpoch, readConfirmation, type SetIdentity } from "../kubernetes/set-identity.ts";
import { applyClusterAction, applyClusterStatus } from "./cluster/apply.ts";
import { type GatewayAnswer, observeCluster } from "./cluster/observe.ts";
import { membershipFault, withSeenEpoch } from "./cluster/membership-fault.ts";
import { probeGateway } from "./cluster/probe-gateway.ts";
import { planCluster } from "./cluster/reconcile.ts";
import { HistoryController } from "./history/apply.ts";
import { Propagation } from "./propagation/propagation.ts";

const clusterAgainMs = 5_000;
const importsKey = "imports";
/** Caches of which a change says nothing about the cluster itself, unless it leaves. */
const propagated: ReadonlySet<string> = new Set(["services", "serviceExports", "serviceImports", "ingresses"]);

export interface ControllersOptions {
  controlPlane: KubernetesClient;
  directory: MemberDirectory;
  createNamespaces: boolean;
  log: Logger;
  now: () => number;
}

/** The controllers of one leader's term: one queue whose keys name what is looked at, never what happened. */
export class Controllers {
  readonly #options: ControllersOptions;
  #set: SetIdentity;
  readonly #loop: ReconcileLoop;
  readonly #propagation: Propagation;
  readonly #gateways = new Map<string, GatewayAnswer>();
  /** One after the other: each begins where the one before ended. */
  #raising: Promise<void> = Promise.resolve();
  readonly #history = new HistoryController();

  private constructor(options: ControllersOptions, set: SetIdentity) {
    this.#options = options;
    this.#set = set;
    const backoff = { firstMs: 200, mostMs: 10_000 };
    const onError = (key: string, error: unknown, failures: number) => options.log[failures > 3 ? "warn" : "debug"]({ key, failures, err: error }, "a reconcile failed");
    this.#propagation = new Propagation({ ...options, backoff, onError });
    this.#loop = startReconcileLoop({ reconcile: (key, signal) => this.#reconcile(key, signal), concurrency: 8, backoff, onError });
    this.#loop.add(importsKey);
    for (const { cluster } of options.directory.members()) this.onChange(cluster.metadata.name, "state");
  }

  /** Begins a term. Throws when the control-plane cluster can't be written to. */
  static async start(options: ControllersOptions, signal: AbortSignal): Promise<Controllers> {
    await options.directory.clusters.synced();
    const set = await beginTerm(options.controlPlane, signal);
    options.log.info({ setUid: set.uid, epoch: set.epoch }, "this replica leads");
    return new Controllers(options, set);
  }

  /** Something in a cache changed. */
  onChange(cluster: string, cache: string): void {
    if (cache === "policies" || cache === "revisions" || cache === "state") this.#loop.add(`history/${cluster}`);
    // A leaving cluster waits for what others do, and for its own services to be Detached.
    for (const { metadata } of this.#options.directory.clusters.list()) {
      const { name, deletionTimestamp } = metadata;
      const concerns = cache === "policies" || cache === "serviceImports" || cache === "state" || (name === cluster && cache !== "revisions");
      if (deletionTimestamp !== undefined && concerns) this.#loop.add(`cluster/${name}`);
    }
    if (cache === "endpointSlices" || cache === "revisions") return;
    if (cache !== "pods") this.#loop.add(importsKey);
    if (!propagated.has(cache)) this.#loop.add(`cluster/${cluster}`);
  }

  /** How many imports there are to be, and how many were not as they should when they were last looked at. */
  get imports(): { total: number; pending: number } | undefined {
    return this.#propagation.imports;
  }

  async stop(): Promise<void> {
    await Promise.all([this.#loop.stop(), this.#propagation.stop()]);
  }

  async #reconcile(key: string, signal: AbortSignal): Promise<Reconciled | undefined> {
    this.#set = withSeenEpoch(this.#set, this.#options.directory.members());
    if (key === importsKey) return await this.#propagation.look(this.#set);
    const [kind = "", name = ""] = key.split("/");
    if (kind === "gateway") return await this.#gateway(name, signal);
    if (kind === "history") return await this.#recordHistory(name, signal);
    return await this.#cluster(name, signal);
  }

  async #cluster(name: string, signal: AbortSignal): Promise<Reconciled | undefined> {
    const { directory, controlPlane, log, now } = this.#options;
    if (isHeldBack(this.#set)) await this.#confirm(signal);
    const startedMs = performance.now();
    const seen = observeCluster(directory, name, this.#set, this.#gateways.get(name));
    if (seen === undefined) {
      this.#gateways.delete(name);
      return undefined;
    }
    if (!this.#gateways.has(name)) this.#loop.add(`gateway/${name}`);
    const { actions, conditions } = planCluster(seen);
    const costMs = performance.now() - startedMs;
    try {
      for (const action of actions) {
        const member = directory.members().find((candidate) => candidate.cluster.metadata.name === name);
        if (member !== undefined) await applyClusterAction(action, { controlPlane, member, set: this.#set, raiseEpoch: () => this.#raiseEpoch(name, signal), log, signal });
      }
    } finally {
      // The conditions tell what was seen, whether or not the actions could be done.
      await applyClusterStatus(controlPlane, seen, conditions, now(), signal);
    }
    return { requeueAfterMs: clusterAgainMs, costMs };
  }

  /** Who belongs to the set changes: every member is to know that a backup from before is one. */
  #raiseEpoch(changing: string, signal: AbortSignal): Promise<void> {
    this.#raising = this.#raising
      .catch(() => undefined)
      .then(async () => {
        if (isHeldBack(this.#set)) throw new Error("the epoch of a restored control plane is an administrator's to confirm");
        const raised = await raiseEpoch(this.#options.controlPlane, this.#set, signal);
        this.#set = { ...raised, seenEpoch: this.#set.seenEpoch };
        for (const { cluster } of this.#options.directory.members()) if (cluster.metadata.name !== changing) this.#loop.add(`cluster/${cluster.metadata.name}`);
      });
    return this.#raising;
  }

  /** A control plane that was restored from a backup looks whether it may go on. */
  async #confirm(signal: AbortSignal): Promise<void> {
    const before = this.#set;
    const confirmed = await readConfirmation(this.#options.controlPlane, before, signal);
    if (confirmed.epoch === before.epoch) return;
    this.#set = { ...confirmed, seenEpoch: Math.max(confirmed.seenEpoch, this.#set.seenEpoch) };
    this.#options.log.warn({ epoch: confirmed.epoch, was: before.epoch }, "an administrator confirmed that this control plane goes on");
    this.#loop.add(importsKey);
    for (const { cluster } of this.#options.directory.members()) this.onChange(cluster.metadata.name, "state");
  }

  /** Apart from the cluster's own key, so that a gateway that does not answer delays nothing else. */
  async #gateway(name: string, signal: AbortSignal): Promise<{ requeueAfterMs: number } | undefined> {
    const cluster = this.#options.directory.clusters.get(name);
    if (cluster === undefined) return undefined;
    const before = this.#gateways.get(name);
    const answer = await probeGateway(cluster.spec.gatewayHost, cluster.spec.gatewayPort, signal);
    if (signal.aborted) return undefined;
    this.#gateways.set(name, answer);
    if (JSON.stringify(before) !== JSON.stringify(answer)) this.#loop.add(`cluster/${name}`);
    return { requeueAfterMs: answer.ok ? clusterAgainMs * 2 : 2_000 };
  }

  async #recordHistory(name: string, signal: AbortSignal): Promise<{ requeueAfterMs: number } | undefined> {
    const member = this.#options.directory.members().find(({ cluster }) => cluster.metadata.name === name);
    if (member === undefined || membershipFault(member, this.#set) !== undefined) return undefined;
    const waitMs = await this.#history.record(member, this.#options.now(), signal);
    return waitMs === undefined ? undefined : { requeueAfterMs: waitMs + 10 };
  }
}

import { setTimeout as delay } from "node:timers/promises";
import { ApiError } from "./api-error.ts";
import type { KubernetesClient } from "./client.ts";
import { kinds, type Lease } from "./kinds.ts";

/** How long others wait for a silent leader, unless told otherwise. */
export const leaseMsDefault = 15_000;

export interface LeaderElectionOptions {
  client: KubernetesClient;
  namespace: string;
  name: string;
  /** Unique among the candidates, for example the pod's name. */
  identity: string;
  /** Runs while this process leads; must end soon after the signal is aborted. Ending earlier gives the lease up. */
  lead: (signal: AbortSignal) => Promise<void>;
  /** Told of failures to reach the API server, and of those of `lead`. */
  onError?: (error: unknown) => void;
  /** How long others wait for a silent leader. Default `leaseMsDefault`. */
  leaseMs?: number;
  /** How long a leader that can't renew goes on. Default two thirds of `leaseMs`. */
  renewMsMax?: number;
  /** Between tries. Default 2 s. */
  retryMs?: number;
  now?: () => number;
  random?: () => number;
  sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface LeaderElection {
  readonly isLeader: boolean;
  /** Who leads, as far as this process saw; undefined before the first answer, "" when nobody does. */
  readonly leader: string | undefined;
  /** Ends `lead`, gives the lease up so that another needs not wait, and resolves when all is done. */
  stop(): Promise<void>;
}

/**
 * Leader election on a `coordination.k8s.io/v1` Lease, by client-go's rules (`tools/leaderelection`): a holder is
 * believed for `leaseMs` after *this* process last saw the lease change, so clocks need not agree; writes are
 * guarded by the resourceVersion. It bounds, but can't exclude, two leaders for a moment, so what a leader writes
 * must itself be guarded.
 */
export function startLeaderElection(options: LeaderElectionOptions): LeaderElection {
  return new Election(options);
}

class Election implements LeaderElection {
  readonly #options: Required<LeaderElectionOptions>;
  readonly #stopped = new AbortController();
  readonly #done: Promise<void>;
  #observed: { lease: Lease; atMs: number } | undefined;
  #leading = false;

  constructor(options: LeaderElectionOptions) {
    const leaseMs = options.leaseMs ?? leaseMsDefault;
    this.#options = {
      onError: () => undefined,
      renewMsMax: Math.round((leaseMs * 2) / 3),
      retryMs: 2_000,
      now: Date.now,
      random: Math.random,
      sleep: async (ms, signal) => await delay(ms, undefined, { signal }).catch(() => undefined),
      ...options,
      leaseMs,
    };
    this.#done = this.#run();
  }

  get isLeader(): boolean {
    return this.#leading;
  }

  get leader(): string | undefined {
    return this.#observed === undefined ? undefined : (this.#observed.lease.spec.holderIdentity ?? "");
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#done;
  }

  async #run(): Promise<void> {
    const { retryMs, random, sleep } = this.#options;
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      if (await this.#tryHold()) await this.#leadWhileHeld();
      // Spread, so that the candidates do not all ask in the same moment.
      if (!signal.aborted) await sleep(retryMs * (1 + random() * 0.2), signal);
    }
  }

  async #leadWhileHeld(): Promise<void> {
    const { lead, now, retryMs, renewMsMax, sleep, onError } = this.#options;
    const term = new AbortController();
    const signal = AbortSignal.any([term.signal, this.#stopped.signal]);
    this.#leading = true;
    const work = lead(signal).catch(onError).finally(() => term.abort());
    let renewedAtMs = now();
    while (!signal.aborted) {
      await sleep(retryMs, signal);
      if (signal.aborted) break;
      if (await this.#tryHold()) renewedAtMs = now();
      else if (this.leader !== this.#options.identity || now() - renewedAtMs >= renewMsMax) term.abort();
    }
    await work;
    this.#leading = false;
    await this.#release();
  }

  /** True when this process holds the lease after the call. */
  async #tryHold(): Promise<boolean> {
    const { client, namespace, name, identity, leaseMs, now, onError, renewMsMax } = this.#options;
    const signal = AbortSignal.any([this.#stopped.signal, AbortSignal.timeout(renewMsMax)]);
    try {
      const found = await client.get(kinds.leases, { namespace, name }, { signal }).catch(ignoreMissing);
      const nowMs = now();
      if (found === undefined) {
        const metadata = { namespace, name };
        const created = await client.create(kinds.leases, { apiVersion: "coordination.k8s.io/v1", kind: "Lease", metadata, spec: this.#spec(undefined) }, { signal });
        this.#observed = { lease: created, atMs: nowMs };
        return true;
      }
      if (found.metadata.resourceVersion !== this.#observed?.lease.metadata.resourceVersion) this.#observed = { lease: found, atMs: nowMs };
      const { holderIdentity, leaseDurationSeconds } = found.spec;
      const free = !holderIdentity || holderIdentity === identity;
      const believedMs = leaseDurationSeconds === undefined ? leaseMs : leaseDurationSeconds * 1000;
      if (!free && nowMs - (this.#observed?.atMs ?? nowMs) < believedMs) return false;
      const held = await client.replace(kinds.leases, { ...found, spec: this.#spec(found) }, { signal });
      this.#observed = { lease: held, atMs: now() };
      return true;
    } catch (error) {
      if (!this.#stopped.signal.aborted && !(error instanceof ApiError && error.code === 409)) onError(error);
      return false;
    }
  }

  #spec(before: Lease | undefined): Lease["spec"] {
    const { identity, leaseMs, now } = this.#options;
    const renewTime = microTime(now());
    const kept = before?.spec.holderIdentity === identity ? before.spec : undefined;
    return {
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(leaseMs / 1000),
      acquireTime: kept?.acquireTime ?? renewTime,
      renewTime,
      leaseTransitions: kept?.leaseTransitions ?? (before === undefined ? 0 : (before.spec.leaseTransitions ?? 0) + 1),
    };
  }

  async #release(): Promise<void> {
    const { client, namespace, name, onError } = this.#options;
    const signal = AbortSignal.timeout(2_000);
    const lease = this.#observed?.lease;
    if (lease === undefined) return;
    try {
      await this.#free(lease, signal).catch(async (error: unknown) => {
        if (!(error instanceof ApiError && error.code === 409)) throw error;
        // A renewal that was under way when this process was told to end may have been made all the same.
        await this.#free(await client.get(kinds.leases, { namespace, name }, { signal }), signal);
      });
    } catch (error) {
      onError(error);
    }
  }

  async #free(lease: Lease, signal: AbortSignal): Promise<void> {
    const { client, identity, now } = this.#options;
    if (lease.spec.holderIdentity !== identity) return;
    const spec = { ...lease.spec, holderIdentity: "", leaseDurationSeconds: 1, renewTime: microTime(now()) };
    await client.replace(kinds.leases, { ...lease, spec }, { signal });
  }
}

/** metav1.MicroTime wants exactly six digits of a second. */
function microTime(ms: number): string {
  return new Date(ms).toISOString().replace("Z", "000Z");
}

function ignoreMissing(error: unknown): undefined {
  if (error instanceof ApiError && error.code === 404) return undefined;
  throw error;
}

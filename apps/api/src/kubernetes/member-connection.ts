import { setTimeout as delay } from "node:timers/promises";
import type { KubernetesClient } from "@sluice/kubernetes/client";
import type { InformerState } from "@sluice/kubernetes/informer";
import type { Link } from "../world/world.ts";
import { type ConnectionFailure, connectionFailure } from "./connection-failure.ts";
import { type MemberCaches, startCaches } from "./member-caches.ts";

const answerMsMax = 4_000;

export interface MemberConnectionOptions {
  client: KubernetesClient;
  /** Called after a cache changed. */
  onChange: (cache: string, key: string) => void;
  /** Called when the connection may have become better or worse. */
  onState: () => void;
  heartbeatMs: number;
  now: () => number;
}

/** Caches of one member and a heartbeat. It never gives up by itself; `stop` ends it. */
export class MemberConnection {
  readonly client: KubernetesClient;
  readonly caches: MemberCaches;
  readonly startedAtMs: number;
  readonly #options: MemberConnectionOptions;
  readonly #abort = new AbortController();
  readonly #beating: Promise<void>;
  #version: string | null = null;
  #heartbeatMs: number | null = null;
  #heartbeatFailure: ConnectionFailure | undefined;
  #brokenSinceMs: number | undefined;

  constructor(options: MemberConnectionOptions) {
    this.#options = options;
    this.client = options.client;
    this.startedAtMs = options.now();
    this.caches = startCaches(options.client, options.onChange, options.onState);
    this.#beating = this.#beat();
  }

  /** gitVersion of the API server; null before it ever answered. */
  get version(): string | null {
    return this.#version;
  }

  /** Epoch ms of the last answer; null: none yet. */
  get lastHeartbeatMs(): number | null {
    return this.#heartbeatMs;
  }

  /** Why the caches can't be believed now; undefined when they can. */
  get failure(): ConnectionFailure | undefined {
    if (this.#heartbeatFailure !== undefined) return this.#heartbeatFailure;
    for (const [name, informer] of Object.entries(this.caches)) {
      const state: InformerState = informer.state;
      if (state.phase !== "live" && "error" in state && state.error !== undefined) return connectionFailure(state.error, name);
    }
    return undefined;
  }

  /** True when every cache holds a complete list that a running watch keeps true. */
  get live(): boolean {
    return this.#heartbeatFailure === undefined && this.#heartbeatMs !== null && Object.values(this.caches).every((informer) => informer.state.phase === "live");
  }

  get link(): Link {
    if (this.live) {
      this.#brokenSinceMs = undefined;
      return { state: "live" };
    }
    const states = Object.values(this.caches).map((informer): InformerState => informer.state);
    if (states.some((state) => state.phase === "syncing")) return { state: "unknown", sinceMs: this.startedAtMs };
    this.#brokenSinceMs ??= Math.min(this.#options.now(), ...states.flatMap((state) => (state.phase === "stale" ? [state.sinceMs] : [])));
    return { state: "stale", sinceMs: this.#brokenSinceMs };
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await Promise.all([this.#beating, ...Object.values(this.caches).map((informer) => informer.stop())]);
  }

  async #beat(): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      await this.#beatOnce();
      await delay(this.#options.heartbeatMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #beatOnce(): Promise<void> {
    const had = this.#heartbeatFailure;
    const first = this.#heartbeatMs === null;
    try {
      const { status, text } = await this.client.raw("/version", { signal: AbortSignal.any([this.#abort.signal, AbortSignal.timeout(answerMsMax)]) });
      if (this.#abort.signal.aborted) return;
      if (status === 401) this.#heartbeatFailure = { reason: "Unauthorized", message: "the member's API server does not accept the credentials; make new ones and replace the kubeconfig in the Secret", temporary: false };
      else if (status >= 500) this.#heartbeatFailure = { reason: "Unreachable", message: `the member's API server answered ${status} for /version`, temporary: true };
      else {
        // 403: /version may be closed to the account; the watches tell whether the rest is open.
        this.#version = status === 200 ? versionOf(text) : this.#version;
        this.#heartbeatMs = this.#options.now();
        this.#heartbeatFailure = undefined;
      }
    } catch (error) {
      if (this.#abort.signal.aborted) return;
      this.#heartbeatFailure = connectionFailure(error, "/version");
    }
    if (first || had?.reason !== this.#heartbeatFailure?.reason) this.#options.onState();
  }
}

function versionOf(text: string): string | null {
  try {
    const { gitVersion } = JSON.parse(text) as { gitVersion?: unknown };
    return typeof gitVersion === "string" ? gitVersion.slice(0, 64) : null;
  } catch {
    return null;
  }
}

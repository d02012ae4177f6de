import { setTimeout as delay } from "node:timers/promises";
import { ApiError } from "@sluice/kubernetes/api-error";
import type { KubernetesClient } from "@sluice/kubernetes/client";
import type { Informer, InformerState } from "@sluice/kubernetes/informer";
import { type Ingress, kinds } from "@sluice/kubernetes/kinds";
import { startInformer } from "@sluice/kubernetes/start-informer";
import type { Link } from "../world/world.ts";
import { type ConnectionFailure, connectionFailure } from "./connection-failure.ts";
import { type MemberCaches, startCaches, withoutManagers } from "./member-caches.ts";
import { patience } from "./patience.ts";

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
  /** A member without that API, or an account that may not read it, has none: they only tell which paths are taken. */
  readonly ingresses: Informer<Ingress>;
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
    this.ingresses = startInformer(options.client, kinds.ingresses, { keep: withoutManagers, onChange: (key) => options.onChange("ingresses", key), onState: options.onState });
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
    const { state } = this.ingresses;
    return state.phase === "syncing" && state.error !== undefined && !isAnswered(state) ? connectionFailure(state.error, "ingresses") : undefined;
  }

  /** Why Ingresses are not seen though the member has them; undefined when they are, or there are none. */
  get ingressesClosed(): string | undefined {
    const { state } = this.ingresses;
    const error = state.phase === "live" ? undefined : state.error;
    return error instanceof ApiError && error.code === 403 ? error.message : undefined;
  }

  /** True when every cache holds a complete list that a running watch keeps true. */
  get live(): boolean {
    if (!isAnswered(this.ingresses.state)) return false;
    return this.#heartbeatFailure === undefined && this.#heartbeatMs !== null && Object.values(this.caches).every((informer) => informer.state.phase === "live");
  }

  get link(): Link {
    if (this.live) {
      this.#brokenSinceMs = undefined;
      return { state: "live" };
    }
    const states = Object.values(this.caches).map((informer): InformerState => informer.state);
    if (!isAnswered(this.ingresses.state) || states.some((state) => state.phase === "syncing")) return { state: "unknown", sinceMs: this.startedAtMs };
    this.#brokenSinceMs ??= Math.min(this.#options.now(), ...states.flatMap((state) => (state.phase === "stale" ? [state.sinceMs] : [])));
    return { state: "stale", sinceMs: this.#brokenSinceMs };
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await Promise.all([this.#beating, this.ingresses.stop(), ...Object.values(this.caches).map((informer) => informer.stop())]);
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
    const patient = patience(answerMsMax);
    try {
      const { status, text } = await this.client.raw("/version", { signal: AbortSignal.any([this.#abort.signal, patient.signal]) });
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
    } finally {
      patient.end();
    }
    if (first || had?.reason !== this.#heartbeatFailure?.reason) this.#options.onState();
  }
}

/** It was listed once, or the member said that it never will be. */
function isAnswered(state: InformerState): boolean {
  return state.phase !== "syncing" || (state.error instanceof ApiError && (state.error.code === 404 || state.error.code === 403));
}

function versionOf(text: string): string | null {
  try {
    const { gitVersion } = JSON.parse(text) as { gitVersion?: unknown };
    return typeof gitVersion === "string" ? gitVersion.slice(0, 64) : null;
  } catch {
    return null;
  }
}

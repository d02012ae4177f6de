import type { Loopback } from "../network/loopback.ts";
import type { ObjectStore } from "./store/object-store.ts";
import type { Registry } from "./registry/registry.ts";
import type { StrategyContext } from "./registry/resource-definition.ts";
import type { Authenticator } from "./auth/authenticator.ts";
import type { Authorizer } from "./rbac/authorizer.ts";

/** What every handler of one API server shares; time and randomness are injected. */
export interface ServerContext {
  readonly store: ObjectStore;
  readonly registry: Registry;
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
  readonly now: () => number;
  readonly newUid: () => string;
  /** Five characters for generateName. */
  readonly newSuffix: () => string;
  readonly version: string;
  readonly bookmarkIntervalMs: number;
  readonly watchersMax: number;
  /** How pods are reached. */
  readonly loopback: Loopback;
  /** Bearer token of the API server towards kubelets. */
  readonly kubeletToken: string | undefined;
  /** Addresses of services: allocated lazily from the store's own state. */
  readonly allocation: Pick<StrategyContext, "allocateClusterIp" | "allocateNodePort">;
  /** Aborted when the server stops. */
  readonly stopping: AbortSignal;
}

/** metav1.Time: RFC 3339, whole seconds. */
export function metaTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

import type { LabelSelector } from "./label-selector.ts";

/** What an object in the cluster has to do with Services or pods, so far as it matters to proxies in their path. */
export type Claim = {
  /** Kind and name of the object, e.g. "Ingress shop/web". */
  readonly object: string;
} & (
  | { readonly on: "service"; readonly reason: ServiceClaimReason; readonly namespace: string; readonly name: string }
  /** Pods of one namespace. */
  | { readonly on: "pods"; readonly reason: "NetworkPolicy"; readonly namespace: string; readonly selector: LabelSelector }
  /** Services by their labels; null: of every namespace. */
  | { readonly on: "labels"; readonly reason: "ServiceMonitor"; readonly namespaces: readonly string[] | null; readonly selector: LabelSelector }
  /** Pods of one namespace, or (null) of the whole mesh; the narrowest that says anything decides. */
  | { readonly on: "mesh"; readonly reason: "StrictMtls"; readonly namespace: string | null; readonly selector: LabelSelector | null; readonly strict: boolean }
);

export type ServiceClaimReason = "Webhook" | "ApiService" | "Ingress" | "Route" | "TargetGroupBinding" | "Rollout";

/** Namespace under which a claim is found; null: it may concern any. */
export function namespacesOf(claim: Claim): readonly string[] | null {
  if (claim.on === "labels") return claim.namespaces;
  return claim.namespace === null ? null : [claim.namespace];
}

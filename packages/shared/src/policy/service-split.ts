import type { ClusterKey } from "../cluster/cluster-key.ts";
import type { ServiceImportSpec } from "../import/service-import-schema.ts";
import { splitHash } from "../split/split-hash.ts";
import type { GlobalTrafficPolicySpec } from "./global-traffic-policy-schema.ts";
import { resolvePolicy, type ResolvedPolicy } from "./resolve-policy.ts";

/**
 * What a policy asks of a service as a whole: resolved against every cluster that offers any of its ports. This is
 * what people are shown and what proxies acknowledge; single ports may have fewer targets (`resolvePolicy`).
 */
export function serviceSplit(question: {
  readonly spec: GlobalTrafficPolicySpec | undefined;
  readonly ownKey: ClusterKey;
  readonly serviceImport: ServiceImportSpec | undefined;
}): ResolvedPolicy & { readonly hash: string } {
  const keys = new Set(question.serviceImport?.ports.flatMap((port) => port.endpoints.map((endpoint) => endpoint.clusterKey)));
  const resolved = resolvePolicy({ spec: question.spec, ownKey: question.ownKey, importKeys: [...keys] });
  return { ...resolved, hash: splitHash(resolved.requested) };
}

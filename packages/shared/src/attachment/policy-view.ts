import { resolvePolicy } from "../policy/resolve-policy.ts";
import { fromWeights } from "../split/share-arithmetic.ts";
import { splitHash } from "../split/split-hash.ts";
import type { ObservedAttachment } from "./observed.ts";

export interface PolicyView {
  readonly hash: string;
  readonly unknownKeys: readonly string[];
  readonly ignoredTargets: boolean;
  readonly ownWeight: number;
  readonly split: { clusterKey: string; weight: number; sharePermille: number }[];
}

/** The policy resolved for the service as a whole, against every cluster that offers any of its ports. */
export function policyView({ policy, ownKey, imports }: Pick<ObservedAttachment, "policy" | "ownKey" | "imports">): PolicyView | undefined {
  if (policy === undefined || ownKey === undefined) return undefined;
  const importKeys = [...new Set(imports.flatMap(({ clusterKeys }) => clusterKeys))];
  const { requested, unknownKeys, ignoredTargets } = resolvePolicy({ spec: policy.spec, ownKey, importKeys });
  const targets = requested.mode === "ActiveActive" ? requested.targets : [{ clusterKey: ownKey, weight: 100 }];
  const shares = fromWeights(targets.map(({ weight }) => weight));
  const split = targets.map(({ clusterKey, weight }, at) => ({ clusterKey, weight, sharePermille: shares[at] ?? 0 }));
  const ownWeight = targets.find(({ clusterKey }) => clusterKey === ownKey)?.weight ?? 0;
  return { hash: splitHash(requested), unknownKeys, ignoredTargets, ownWeight, split };
}

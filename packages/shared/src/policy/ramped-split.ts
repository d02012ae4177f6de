import type { ClusterKey } from "../cluster/cluster-key.ts";
import { wholePermille } from "../split/share-arithmetic.ts";
import type { EffectiveSplit, Ramp, WeightedTarget } from "../split/split.ts";

/** Weights must stay whole; where exact ones grow beyond what a chooser takes, shares are kept to a millionth. */
const weightSumMax = 0x3fff_ffff;
const roundedWeightSum = 1_000_000;

/**
 * `split` with each target of `ramps` at that part of its share, and what is left over given to the others in
 * proportion to their weights. The part is of the share and not of the weight: a tenth of weight 900 beside 100 would
 * be nearly half of all requests. Unchanged when none of `ramps` is in use, or when there is nobody else to serve.
 */
export function rampedSplit(split: EffectiveSplit, ramps: ReadonlyMap<ClusterKey, Ramp>): EffectiveSplit {
  const ramping = split.targets.flatMap(({ clusterKey }) => {
    const ramp = ramps.get(clusterKey);
    return ramp === undefined ? [] : [{ clusterKey, ...ramp }];
  });
  if (ramping.length === 0 || ramping.length === split.targets.length) return split;
  const whole = sumOf(split.targets);
  const steady = sumOf(split.targets.filter(({ clusterKey }) => !ramps.has(clusterKey)));
  const permilleOf = (key: ClusterKey): number => ramps.get(key)?.permille ?? 0;
  const taken = split.targets.reduce((sum, { clusterKey, weight }) => sum + permilleOf(clusterKey) * weight, 0);
  const targets = split.targets.map(({ clusterKey, weight }) => ({
    clusterKey,
    weight: weight * (ramps.has(clusterKey) ? permilleOf(clusterKey) * steady : wholePermille * whole - taken),
  }));
  return { ...split, targets: reduced(targets), ramping };
}

/** The same shares with the smallest whole weights; to a millionth if those are too large. */
function reduced(targets: readonly WeightedTarget[]): WeightedTarget[] {
  const sum = sumOf(targets);
  const divisor = targets.reduce((common, { weight }) => greatestCommonDivisor(common, weight), 0);
  const exact = Number.isSafeInteger(sum) && sum / divisor <= weightSumMax;
  return targets.map(({ clusterKey, weight }) => ({
    clusterKey,
    weight: exact ? weight / divisor : Math.max(1, Math.round((weight / sum) * roundedWeightSum)),
  }));
}

function sumOf(targets: readonly WeightedTarget[]): number {
  return targets.reduce((sum, { weight }) => sum + weight, 0);
}

function greatestCommonDivisor(one: number, other: number): number {
  return other === 0 ? one : greatestCommonDivisor(other, one % other);
}

/**
 * Arithmetic of shares in thousandths (0.1 %): whole numbers from 0 to 1000 that add to `wholePermille`, one for each
 * target of a split, in the order of its targets. `locked[i]` true means that share i must stay what it is.
 */
export const wholePermille = 1000;

/**
 * Sets one share and spreads the rest over the other unlocked ones in proportion to `base`, the shares before the
 * drag began. Because every position of a drag is computed from `base`, dragging back restores it. The value is
 * bounded to what the locks leave; a locked share does not move.
 * Throws a RangeError when `base` does not add to 1000 or `value` is not a whole number.
 */
export function redistribute(base: readonly number[], index: number, value: number, locked: readonly boolean[] = []): number[] {
  assertShares(base);
  if (!Number.isInteger(value)) throw new RangeError(`the share is ${value}; it must be a whole number of thousandths`);
  const free = base.map((_, at) => at !== index && locked[at] !== true);
  if (base[index] === undefined || locked[index] === true || !free.includes(true)) return [...base];
  const room = wholePermille - sumOf(base.filter((_, at) => at !== index && !free[at]));
  const bounded = Math.min(Math.max(value, 0), room);
  const rest = spread(room - bounded, base.map((share, at) => (free[at] ? share : 0)), free);
  return base.map((share, at) => (at === index ? bounded : free[at] ? (rest[at] ?? 0) : share));
}

/** Takes everything from one target and gives it to the other unlocked ones in proportion. */
export function drain(base: readonly number[], index: number, locked: readonly boolean[] = []): number[] {
  return redistribute(base, index, 0, locked);
}

/** The unlocked shares made equal, to the thousandth; earlier ones get what does not divide. */
export function even(base: readonly number[], locked: readonly boolean[] = []): number[] {
  assertShares(base);
  const free = base.map((_, at) => locked[at] !== true);
  const room = wholePermille - sumOf(base.filter((_, at) => !free[at]));
  const rest = spread(room, base.map(() => 0), free);
  return base.map((share, at) => (free[at] ? (rest[at] ?? 0) : share));
}

/**
 * Shares that weights of any sum come to (100 and 10: 909 and 91). All zero when every weight is 0.
 * Throws a RangeError for a negative or non-integer weight.
 */
export function fromWeights(weights: readonly number[]): number[] {
  const bad = weights.findIndex((weight) => !Number.isInteger(weight) || weight < 0);
  if (bad >= 0) throw new RangeError(`weights[${bad}] is ${weights[bad]}; it must be a whole number, 0 or more`);
  if (sumOf(weights) === 0) return weights.map(() => 0);
  return spread(wholePermille, weights, weights.map((weight) => weight > 0));
}

/** Weights as the console writes them: the shares themselves. Throws a RangeError when they do not add to 1000. */
export function toWeights(shares: readonly number[]): number[] {
  assertShares(shares);
  return [...shares];
}

/** How far apart two splits are: the thousandths of requests that change their target. */
export function movedPermille(before: readonly number[], after: readonly number[]): number {
  return sumOf(after.map((share, at) => Math.max(0, share - (before[at] ?? 0))));
}

/**
 * Divides `amount` in proportion (evenly when all free proportions are 0) by the largest remainder method (Hamilton);
 * equal remainders go to the earlier target. Others than the free ones get 0.
 */
function spread(amount: number, proportions: readonly number[], free: readonly boolean[]): number[] {
  const nothing = !proportions.some((part, at) => free[at] && part > 0);
  const parts = proportions.map((part, at) => (free[at] ? (nothing ? 1 : part) : 0));
  const sum = sumOf(parts);
  if (sum === 0) return parts;
  const result = parts.map((part) => Math.floor((amount * part) / sum));
  const byRemainder = parts
    .map((part, at) => ({ at, remainder: (amount * part) % sum }))
    .toSorted((a, b) => b.remainder - a.remainder || a.at - b.at);
  for (const { at } of byRemainder.slice(0, amount - sumOf(result))) result[at] = (result[at] ?? 0) + 1;
  return result;
}

function assertShares(shares: readonly number[]): void {
  const bad = shares.findIndex((share) => !Number.isInteger(share) || share < 0);
  if (bad >= 0) throw new RangeError(`shares[${bad}] is ${shares[bad]}; it must be a whole number of thousandths, 0 or more`);
  if (sumOf(shares) !== wholePermille) throw new RangeError(`the shares add to ${sumOf(shares)}; they must add to ${wholePermille}`);
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}

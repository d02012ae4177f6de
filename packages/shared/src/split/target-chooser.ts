/**
 * Chooses a target for each request so that after any number n of requests every target's count is the floor or the
 * ceiling of n × share (the quota property), with a random choice wherever more than one target is open.
 *
 * Two targets: at the floor of its quota, with f = frac(n·r), a target of share r is taken with probability r/(1−f),
 * surely when f+r ≥ 1; at the ceiling never, or with (f+r−1)/f when f+r ≥ 1. A binary tree of such nodes keeps the
 * quota at every node, but not at the leaves: shares 0.05/0.15/0.8 under nodes of 0.2 and 0.8 let the second leaf
 * have 3 of 12 (1.8). So the rule is applied to all targets at once, and dead ends are kept away by their deadlines:
 *
 * - A target's next request, its *unit*, must be served in the slots in which its fluid share n·r goes from one whole
 *   number to the next; the last of them is its *deadline*. Serving each unit there is the quota property. `filled` is
 *   frac(n·r) in units of 1/total; `served` says whether the unit has been served already.
 * - Invariant: sorted by deadline, no tail of the units holds more served ones than the ceiling of its summed
 *   fractions. Then at most one unserved unit can be due in a slot: c units due together have fractions of at least
 *   c−1, since their shares add to at most 1, hence c−1 of them are served.
 * - Time only helps the invariant (fractions grow, due units leave at the front, new ones are unserved). Serving a unit
 *   adds one to every tail that holds it, so it is open only if each of these has room. The earliest unserved unit
 *   always is: all before it are served, and fractions are below 1. So there never is a dead end.
 *
 * Among open targets the probabilities of the two-target rule are scaled to add to 1: exact for two targets. For more
 * the expected count strays from n × share by up to a fifth of one request. That does not grow with n, and is 0 again
 * whenever n is a multiple of the (reduced) sum of weights, so no target gains in the long run.
 */
export interface TargetChooser {
  /** Index into the weights. Allocates nothing, never throws. */
  choose(): number;
}

export interface TargetChooserOptions {
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /**
   * Zeroed, of `chooserStateLength(weights.length)`, on a SharedArrayBuffer if several threads are to keep one quota.
   * Without it the chooser has a state of its own.
   */
  readonly state?: Int32Array;
}

/** Length of the state for a number of targets: a lock, and `filled` and `served` of each. */
export function chooserStateLength(targetCount: number): number {
  return 1 + 2 * targetCount;
}

/** Throws a RangeError unless the weights are whole, not negative, and one is positive. A weight of 0 is never chosen. */
export function createTargetChooser(weights: readonly number[], options: TargetChooserOptions): TargetChooser {
  const bad = weights.findIndex((weight) => !Number.isInteger(weight) || weight < 0);
  if (bad >= 0) throw new RangeError(`weights[${bad}] is ${weights[bad]}; it must be a whole number, 0 or more`);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total === 0) throw new RangeError("no weight is positive; there is nothing to choose from");
  if (total > 0x3fff_ffff) throw new RangeError(`the weights add to ${total}; at most ${0x3fff_ffff} is allowed`);
  const state = options.state ?? new Int32Array(chooserStateLength(weights.length));
  if (state.length < chooserStateLength(weights.length)) {
    throw new RangeError(`the state has ${state.length} words; ${weights.length} targets need ${chooserStateLength(weights.length)}`);
  }
  const positive = weights.flatMap((weight, index) => (weight > 0 ? [index] : []));
  const only = positive[0];
  if (positive.length === 1 && only !== undefined) return { choose: () => only };
  return new QuotaChooser(weights, positive, total, state, options.random);
}

const lockWord = 0;

class QuotaChooser implements TargetChooser {
  readonly #weights: Int32Array;
  readonly #total: number;
  readonly #state: Int32Array;
  readonly #random: () => number;
  /** Targets with a positive weight; kept in deadline order from one choice to the next, so that sorting is nearly free. */
  readonly #order: Int32Array;
  /** By target: slots until the deadline of its unit, and the chance of being taken, before scaling. */
  readonly #slotsLeft: Int32Array;
  readonly #chance: Float64Array;

  constructor(weights: readonly number[], positive: readonly number[], total: number, state: Int32Array, random: () => number) {
    this.#weights = Int32Array.from(weights);
    this.#total = total;
    this.#state = state;
    this.#random = random;
    this.#order = Int32Array.from(positive);
    this.#slotsLeft = new Int32Array(weights.length);
    this.#chance = new Float64Array(weights.length);
  }

  choose(): number {
    // Some tens of nanoseconds under the lock; a waiting thread has nothing better to do than to spin.
    while (Atomics.compareExchange(this.#state, lockWord, 0, 1) !== 0);
    const due = this.#advance();
    const chosen = due >= 0 ? due : this.#drawOpen();
    Atomics.store(this.#state, lockWord, 0);
    return chosen;
  }

  /** Moves time on by one slot. Returns the target whose unserved unit is due in it, or -1. */
  #advance(): number {
    const state = this.#state;
    const weights = this.#weights;
    const total = this.#total;
    const served = weights.length + 1;
    let due = -1;
    for (let at = 0; at < this.#order.length; at++) {
      const target = this.#order[at] as number;
      const weight = weights[target] as number;
      const before = state[1 + target] as number;
      let filled = before + weight;
      if (filled < total) {
        this.#chance[target] = weight / (total - before);
      } else {
        filled -= total;
        if (state[served + target] === 0) due = target;
        state[served + target] = 0;
        this.#chance[target] = filled / before;
      }
      state[1 + target] = filled;
      this.#slotsLeft[target] = Math.ceil((total - filled) / weight);
    }
    return due;
  }

  /** Draws among the open units and marks the one drawn as served. */
  #drawOpen(): number {
    this.#sortByDeadline();
    const { length } = this.#order;
    const served = this.#weights.length + 1;
    let openEnd = length;
    let tailFilled = 0;
    let tailServed = 0;
    for (let at = length - 1; at >= 0; at--) {
      const target = this.#order[at] as number;
      tailFilled += this.#state[1 + target] as number;
      tailServed += this.#state[served + target] as number;
      if (tailServed >= Math.ceil(tailFilled / this.#total)) openEnd = at;
    }
    let chances = 0;
    for (let at = 0; at < openEnd; at++) chances += this.#openChance(this.#order[at] as number);
    let point = this.#random() * chances;
    let drawn = -1;
    for (let at = 0; at < openEnd; at++) {
      const chance = this.#openChance(this.#order[at] as number);
      if (chance === 0) continue;
      drawn = this.#order[at] as number;
      point -= chance;
      if (point < 0) break;
    }
    this.#state[served + drawn] = 1;
    return drawn;
  }

  /** 0 for a unit that is served, or that begins only with the next slot. */
  #openChance(target: number): number {
    const open = this.#state[1 + this.#weights.length + target] === 0 && (this.#state[1 + target] as number) > 0;
    return open ? (this.#chance[target] as number) : 0;
  }

  /** Insertion sort; ties by index, so that the order of two units never changes while both live. */
  #sortByDeadline(): void {
    const order = this.#order;
    const left = this.#slotsLeft;
    for (let end = 1; end < order.length; end++) {
      const target = order[end] as number;
      let at = end - 1;
      while (at >= 0) {
        const other = order[at] as number;
        const later = (left[other] as number) - (left[target] as number) || other - target;
        if (later <= 0) break;
        order[at + 1] = other;
        at--;
      }
      order[at + 1] = target;
    }
  }
}

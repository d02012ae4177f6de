import type { WeightedTarget } from "./split.ts";

const offsetBasis = 0x811c9dc5;
const prime = 0x01000193;

/** FNV-1a (RFC 9923) over the characters of `text`, from `state` on; to be finished by `mixed`. */
function absorb(state: number, text: string): number {
  let hash = state;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), prime);
  return hash;
}

/** Spreads every bit over all 32 (the finaliser of MurmurHash3), which FNV alone does not do for the last characters. */
function mixed(state: number): number {
  let hash = state;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** 32 bits that look random for each pair of a name and a key. */
export function rendezvousHash(name: string, key: string): number {
  return mixed(absorb(absorb(offsetBasis, `${name}\n`), key));
}

/** Chooses a target for a session by its key alone, without a memory of sessions. */
export interface SessionChooser {
  /** Index of the target that has the session, of those that are not left out; -1 when there is none. */
  choose(session: string, isLeftOut?: (index: number) => boolean): number;
}

/**
 * Weighted rendezvous hashing (Thaler and Ravishankar 1998; weights by the logarithmic method of Schindelhauer and
 * Schomaker 2005): of random keys each target has its share, and when weights change a session moves only from a
 * target to one whose weight grew more than its own. A weight of 0 has no session.
 */
export function createSessionChooser(targets: readonly WeightedTarget[]): SessionChooser {
  const states = targets.map(({ clusterKey }) => absorb(offsetBasis, `${clusterKey}\n`));
  const weights = targets.map(({ weight }) => weight);
  return {
    choose(session, isLeftOut) {
      let best = -1;
      let bestScore = 0;
      for (let index = 0; index < states.length; index++) {
        if (isLeftOut?.(index) === true) continue;
        // Uniform and inside (0, 1), so that the logarithm is finite and not 0.
        const point = (mixed(absorb(states[index] as number, session)) + 0.5) / 2 ** 32;
        const score = (weights[index] as number) / -Math.log(point);
        if (score <= bestScore) continue;
        best = index;
        bestScore = score;
      }
      return best;
    },
  };
}

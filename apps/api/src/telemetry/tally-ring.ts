import { addTally, emptyTally, type Tally } from "./tally.ts";

/** Seconds that are kept: enough for a minute's error share. */
const slotCountMax = 60;

interface Slot {
  atMs: number;
  /** Length of the slot. */
  elapsedMs: number;
  byTarget: Map<string, Tally>;
}

export interface Window {
  /** Time that the window really covers; at most what was asked for. */
  elapsedMs: number;
  byTarget: ReadonlyMap<string, Tally>;
}

/** The last minute of one (source, service), a slot a second. */
export class TallyRing {
  readonly #slots: Slot[] = [];

  add(atMs: number, elapsedMs: number, byTarget: Map<string, Tally>): void {
    this.#slots.push({ atMs, elapsedMs, byTarget });
    if (this.#slots.length > slotCountMax) this.#slots.shift();
  }

  /** The slots that ended within the last `lengthMs` before `nowMs`, added up. */
  window(nowMs: number, lengthMs: number): Window {
    const byTarget = new Map<string, Tally>();
    let elapsedMs = 0;
    for (const slot of this.#slots) {
      if (slot.atMs <= nowMs - lengthMs) continue;
      elapsedMs += slot.elapsedMs;
      for (const [target, tally] of slot.byTarget) {
        const sum = byTarget.get(target) ?? emptyTally();
        byTarget.set(target, sum);
        addTally(sum, tally);
      }
    }
    return { elapsedMs, byTarget };
  }
}

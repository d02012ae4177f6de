import type { MemberView } from "@sluice/shared/propagation/plan-imports";
import type { Member } from "../../kubernetes/member-directory.ts";

/** Longer than a broken watch needs to be back, and short beside what a person calls an outage. */
const heldMs = 5_000;

interface Held {
  readonly connection: Member["connection"];
  readonly view: MemberView;
  readonly lostMs: number | undefined;
}

/**
 * What members were like when they were last listed whole. One that was lost a moment ago is planned for as it was then, as if its
 * next event were late: a watch that breaks and is back marks no import of any other as stale, which would be two writes each.
 */
export class HeldViews {
  #held: ReadonlyMap<string, Held> = new Map();

  /**
   * The views, those of members that were lost less than 5 s ago as they were before. Nothing is held for one that `isFaulty`: it is known to be
   * another cluster, or in another set. `againMs`: when the first of them is held no longer.
   */
  hold(members: readonly Member[], views: readonly MemberView[], isFaulty: (member: Member) => boolean, nowMs: number): { views: MemberView[]; againMs: number | undefined } {
    const next = new Map<string, Held>();
    let againMs: number | undefined;
    const held = views.map((view, at): MemberView => {
      const connection = members[at]?.connection;
      if (view.state === "listed") next.set(view.key, { connection, view, lostMs: undefined });
      const before = this.#held.get(view.key);
      const member = members[at];
      if (view.state !== "stale" || member === undefined || before === undefined || before.connection !== connection || isFaulty(member)) return view;
      const lostMs = before.lostMs ?? nowMs;
      const leftMs = lostMs + heldMs - nowMs;
      if (leftMs <= 0) return view;
      next.set(view.key, { ...before, lostMs });
      againMs = Math.min(againMs ?? leftMs, leftMs);
      return before.view;
    });
    this.#held = next;
    return { views: held, againMs };
  }
}

import type { DraftSplit } from "@sluice/api/views/change-view";
import type { Mode, SplitRowView } from "@sluice/api/views/service-view";
import { even, redistribute, wholePermille } from "@sluice/shared/split/share-arithmetic";

/** What a draft began from, and what the solid part of its bar shows. */
export interface DraftBase {
  mode: Mode;
  shares: number[];
  failOver: string[];
  generation: number | null;
  /** Number of the revision that it was, when that is known. */
  revision: number | null;
}

/** A change that one person is preparing for one row. Nothing of it is sent before it is reviewed. */
export interface SplitDraft {
  service: string;
  source: string;
  /** Cluster keys, in the order of all the arrays here. */
  keys: string[];
  mode: Mode;
  /** Thousandths; they always add to 1000. */
  shares: number[];
  locks: boolean[];
  failOver: string[];
  base: DraftBase;
  /** The shares before the present drag: every position of a drag is computed from them. */
  drag: { index: number; from: number[] } | null;
}

export type DraftAction =
  | { type: "set-share"; index: number; permille: number }
  | { type: "end-drag" }
  | { type: "cancel-drag" }
  | { type: "toggle-lock"; index: number }
  | { type: "even" }
  | { type: "drain"; index: number }
  | { type: "set-mode"; mode: Mode }
  | { type: "move-up"; index: number };

/** The draft that changes nothing, for a row as it is. */
export function draftOf(service: string, row: SplitRowView): SplitDraft {
  const keys = row.targets.map((target) => target.clusterKey);
  const base: DraftBase = { mode: row.mode, shares: sharesOf(row), failOver: failOverOf(row), generation: row.policy?.generation ?? null, revision: row.revision?.number ?? null };
  return { service, source: row.source, keys, mode: base.mode, shares: base.shares, locks: keys.map(() => false), failOver: base.failOver, base, drag: null };
}

function sharesOf(row: SplitRowView): number[] {
  const shares = row.targets.map((target) => target.requestedPermille);
  const whole = shares.every(Number.isInteger) && shares.reduce((sum, share) => sum + share, 0) === wholePermille;
  if (whole) return shares;
  const own = Math.max(0, row.targets.findIndex((target) => target.own));
  return row.targets.map((_, index) => (index === own ? wholePermille : 0));
}

function failOverOf(row: SplitRowView): string[] {
  const spec = row.policy?.spec as { lbType?: string; targets?: { clusterKey: string; priority?: number }[] } | null | undefined;
  const remote = row.targets.filter((target) => !target.own).map((target) => target.clusterKey);
  if (spec?.lbType !== "FailOver") return remote;
  const named = (spec.targets ?? []).toSorted((one, two) => (one.priority ?? 0) - (two.priority ?? 0)).map((target) => target.clusterKey);
  return [...named.filter((key) => remote.includes(key)), ...remote.filter((key) => !named.includes(key))];
}

export function reduceDraft(draft: SplitDraft, action: DraftAction): SplitDraft {
  switch (action.type) {
    case "set-share": {
      const from = draft.drag?.index === action.index ? draft.drag.from : draft.shares;
      return moved(draft, redistribute(from, action.index, Math.round(action.permille), draft.locks), { index: action.index, from });
    }
    case "end-drag":
      return draft.drag === null ? draft : { ...draft, drag: null };
    case "cancel-drag":
      return draft.drag === null ? draft : moved(draft, draft.drag.from, null);
    case "toggle-lock":
      return { ...draft, drag: null, locks: draft.locks.map((locked, index) => (index === action.index ? !locked : locked)) };
    case "even":
      return moved(draft, even(draft.shares, draft.locks), null);
    case "drain":
      return moved(draft, redistribute(draft.shares, action.index, 0, draft.locks), null);
    case "set-mode":
      return { ...draft, drag: null, mode: action.mode };
    case "move-up":
      return { ...draft, failOver: movedUp(draft.failOver, action.index) };
  }
}

/** A row that is local only becomes a split with the first share that is dragged away, and local again with the last that is dragged back. */
function moved(draft: SplitDraft, shares: number[], drag: SplitDraft["drag"]): SplitDraft {
  const back = draft.base.mode === "Locality" && shares.every((share, index) => share === draft.base.shares[index]);
  return { ...draft, drag, shares, mode: back ? "Locality" : "ActiveActive" };
}

function movedUp(keys: string[], index: number): string[] {
  const before = keys[index - 1];
  const own = keys[index];
  if (before === undefined || own === undefined) return keys;
  return keys.map((key, at) => (at === index - 1 ? own : at === index ? before : key));
}

/** True when applying the draft would change something. */
export function changes(draft: SplitDraft): boolean {
  if (draft.mode !== draft.base.mode) return true;
  if (draft.mode === "ActiveActive") return draft.shares.some((share, index) => share !== draft.base.shares[index]);
  return draft.mode === "FailOver" && draft.failOver.join() !== draft.base.failOver.join();
}

/** What the API server is asked for. */
export function requestOf(draft: SplitDraft): DraftSplit {
  return {
    mode: draft.mode,
    shares: draft.mode === "ActiveActive" ? draft.keys.map((clusterKey, index) => ({ clusterKey, permille: draft.shares[index] ?? 0 })) : [],
    failOver: draft.mode === "FailOver" ? draft.failOver : [],
  };
}

/** The target that gains most, and by how many thousandths: what the draft bar and the dialog are about. */
export function mainMove(draft: SplitDraft): { index: number; from: number; to: number } | null {
  let best: { index: number; from: number; to: number } | null = null;
  for (const [index, to] of draft.shares.entries()) {
    const from = draft.base.shares[index] ?? 0;
    if (to - from > (best === null ? 0 : best.to - best.from)) best = { index, from, to };
  }
  return best;
}

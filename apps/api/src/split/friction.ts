import { clusterNameOf } from "@sluice/shared/cluster/cluster-key";

export interface Move {
  readonly clusterKey: string;
  readonly beforePermille: number;
  readonly afterPermille: number;
  /** Share at the last reviewed revision of the last 15 minutes, or 15 minutes ago. */
  readonly reviewedPermille: number;
  readonly own: boolean;
  /** True when callers of this source have already been answered by it. */
  readonly proven: boolean;
}

export interface Friction {
  readonly friction: "undo" | "review" | "type-name";
  readonly confirmName: string | null;
  readonly movedPermille: number;
}

const reviewAbovePermille = 100;
const typeAbovePermille = 500;
/** The same, in requests/s: a tenth of a busy service is many people. */
const reviewAbovePerSecond = 100;
const typeAbovePerSecond = 500;

/**
 * How much a change must be confirmed: by its largest move since the last review, in points or in requests/s,
 * whichever is stricter. A drain and the first requests to an unproven target always take the cluster's name.
 */
export function frictionOf(moves: readonly Move[], requestsPerSecond: number | null, modeChanges: boolean): Friction {
  const movedPermille = Math.max(0, ...moves.map((move) => Math.abs(move.afterPermille - move.reviewedPermille)));
  const movedPerSecond = ((requestsPerSecond ?? 0) * movedPermille) / 1000;
  const drained = moves.find((move) => move.beforePermille > 0 && move.afterPermille === 0);
  const first = moves.find((move) => !move.own && !move.proven && move.beforePermille === 0 && move.afterPermille > 0);
  const largest = moves.toSorted((a, b) => b.afterPermille - b.reviewedPermille - (a.afterPermille - a.reviewedPermille))[0];
  const typed = drained ?? first ?? (movedPermille > typeAbovePermille || movedPerSecond > typeAbovePerSecond ? largest : undefined);
  if (typed !== undefined) return { friction: "type-name", confirmName: clusterNameOf(typed.clusterKey), movedPermille };
  const review = modeChanges || movedPermille > reviewAbovePermille || movedPerSecond > reviewAbovePerSecond;
  return { friction: review ? "review" : "undo", confirmName: null, movedPermille };
}

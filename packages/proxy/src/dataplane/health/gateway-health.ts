import type { WaitingRequest } from "../forward/route.ts";
import type { HealthBoard } from "./health-board.ts";

/** What a gateway's probe answered. */
export interface ProbedExports {
  readonly clusterKey: string | null;
  readonly exports: readonly { readonly service: string; readonly port: number; readonly path: string; readonly ready: number }[];
}

const failuresMax = 2;

/** What is known of one other cluster's gateway. Until the first answer it is taken to be well. */
export class GatewayHealth {
  unreachable = false;
  /** Monotonic ms of the latest answer or failure that changed or confirmed this; null: nothing is known. */
  knownAtMs: number | null = null;
  /** Requests that the gateway has not answered. */
  readonly waiting = new Set<WaitingRequest>();
  #failures = 0;
  #ready: Map<string, number> | null = null;
  readonly #board: HealthBoard;

  constructor(board: HealthBoard) {
    this.#board = board;
  }

  /** Ready endpoints of the export at `path`; null when the gateway does not say. */
  readyEndpoints(path: string): number | null {
    return this.#ready === null ? null : (this.#ready.get(path) ?? 0);
  }

  /** `answer` is null when something answered that is not a gateway of ours: reachable, and nothing more is known. */
  onAnswer(answer: ProbedExports | null, nowMs: number): void {
    const before = this.#ready;
    this.#failures = 0;
    this.knownAtMs = nowMs;
    this.#ready = answer === null ? null : new Map(answer.exports.map(({ path, ready }) => [path, ready]));
    if (this.unreachable || !sameCounts(before, this.#ready)) this.#board.changed();
    this.unreachable = false;
  }

  /**
   * A probe or a request's dial failed. The second in a row makes it unreachable, which those that wait for it are told, and
   * again at each further one: who found the budget for resends used up may find some of it then.
   */
  onFailure(nowMs: number): void {
    this.knownAtMs = nowMs;
    if (++this.#failures < failuresMax) return;
    if (!this.unreachable) this.#board.changed();
    this.unreachable = true;
    for (const request of this.waiting) request.onUnreachable();
  }
}

function sameCounts(one: Map<string, number> | null, other: Map<string, number> | null): boolean {
  if (one === null || other === null) return one === other;
  if (one.size !== other.size) return false;
  for (const [path, ready] of one) if (other.get(path) !== ready) return false;
  return true;
}

/** What became of one row of a change that several rows share. */
export type RowOutcome =
  | { state: "waiting" }
  | { state: "applying" }
  | { state: "applied"; revision: number }
  | { state: "conflict"; by: string }
  | { state: "failed"; message: string; remedy: string | null };

export interface RowAnswer {
  outcome: "applied" | "conflict";
  revision?: number;
  theirsBy?: string;
}

/** Whether a row still has to be applied: the others are done. */
export function isOpen(outcome: RowOutcome | undefined): boolean {
  return outcome?.state !== "applied";
}

/** Only some rows took the change: it has to be finished or reverted. */
export function isPartial(outcomes: readonly RowOutcome[]): boolean {
  return outcomes.some((one) => one.state === "applied") && outcomes.some((one) => one.state === "conflict" || one.state === "failed");
}

interface RowsToApply {
  /** Sources, in the order in which they are applied. */
  sources: readonly string[];
  apply: (source: string) => Promise<RowAnswer>;
  onOutcome: (source: string, outcome: RowOutcome) => void;
  /** Words for what was thrown. */
  view: (error: unknown) => { message: string; remedy: string | null };
}

/** Applies row after row; one that fails keeps no other back, and none is tried twice. @returns every outcome, by source. */
export async function applyRows({ sources, apply, onOutcome, view }: RowsToApply): Promise<Map<string, RowOutcome>> {
  const outcomes = new Map<string, RowOutcome>();
  for (const source of sources) {
    onOutcome(source, { state: "applying" });
    const outcome = await apply(source).then(read, (error: unknown): RowOutcome => ({ state: "failed", ...view(error) }));
    outcomes.set(source, outcome);
    onOutcome(source, outcome);
  }
  return outcomes;
}

function read(answer: RowAnswer): RowOutcome {
  return answer.outcome === "applied" ? { state: "applied", revision: answer.revision ?? 0 } : { state: "conflict", by: answer.theirsBy ?? "" };
}

import { expect, it } from "vitest";
import { applyRows, isOpen, isPartial, type RowAnswer, type RowOutcome } from "./apply-rows.ts";

const view = (error: unknown) => ({ message: error instanceof Error ? error.message : "", remedy: null });

it("applies row after row, tells each outcome, and tries none twice", async () => {
  const told: string[] = [];
  const asked: string[] = [];
  const answers: Record<string, () => Promise<RowAnswer>> = {
    a: async () => ({ outcome: "applied", revision: 4 }),
    b: async () => ({ outcome: "conflict", theirsBy: "kubectl" }),
    c: async () => Promise.reject(new Error("no answer")),
    d: async () => ({ outcome: "applied", revision: 1 }),
  };
  const outcomes = await applyRows({
    sources: ["a", "b", "c", "d"],
    apply: (source) => {
      asked.push(source);
      return answers[source]?.() ?? Promise.reject(new Error("unknown"));
    },
    onOutcome: (source, { state }) => told.push(`${source} ${state}`),
    view,
  });
  expect(asked).toEqual(["a", "b", "c", "d"]);
  expect(told).toEqual(["a applying", "a applied", "b applying", "b conflict", "c applying", "c failed", "d applying", "d applied"]);
  expect([...outcomes.values()]).toEqual([{ state: "applied", revision: 4 }, { state: "conflict", by: "kubectl" }, { state: "failed", message: "no answer", remedy: null }, { state: "applied", revision: 1 }]);
});

it("is partial only where some rows took the change and others did not", () => {
  const applied: RowOutcome = { state: "applied", revision: 1 };
  const conflict: RowOutcome = { state: "conflict", by: "x" };
  expect([[applied, conflict], [applied, applied], [conflict, conflict], [applied, { state: "waiting" } as const], []].map(isPartial)).toEqual([true, false, false, false, false]);
  expect([isOpen(undefined), isOpen(conflict), isOpen(applied)]).toEqual([true, true, false]);
});

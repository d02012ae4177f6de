import { expect, it } from "vitest";
import type { Observation } from "./observe.ts";
import { type Progress, reconcile } from "./reconcile.ts";

const seen = (revision: string, ready: number, total = 2, hash = "h"): Observation => ({ key: "k", identity: `${revision} ${hash}`, revision, ready, total });
const after = (...steps: [Observation[], number][]) => steps.reduce<ReadonlyMap<string, Progress>>((known, [observations, nowMs]) => reconcile(known, observations, nowMs), new Map()).get("k");

it("notes when all proxies were first seen to apply a change, and keeps that", () => {
  expect(after([[seen("u 1", 2)], 0], [[seen("u 2", 1)], 100])).toMatchObject({ sinceMs: 100, acknowledgedAtMs: null });
  expect(after([[seen("u 1", 2)], 0], [[seen("u 2", 1)], 100], [[seen("u 2", 2)], 180], [[seen("u 2", 2)], 900])).toMatchObject({ acknowledgedAtMs: 180, watchedFromStart: true, byPolicy: true });
});

it("starts anew with the next change", () => {
  expect(after([[seen("u 1", 2)], 0], [[seen("u 2", 2)], 100], [[seen("u 3", 1)], 200])).toMatchObject({ sinceMs: 200, acknowledgedAtMs: null });
});

it("tells a change of the policy from one of what it comes to", () => {
  expect(after([[seen("u 1", 2)], 0], [[seen("u 1", 2, 2, "other")], 100])).toMatchObject({ acknowledgedAtMs: 100, byPolicy: false });
});

it("does not know of what was in force when it began to look, nor without proxies", () => {
  expect(after([[seen("u 1", 2)], 0])).toMatchObject({ watchedFromStart: false });
  expect(after([[seen("u 1", 0, 0)], 0])).toMatchObject({ acknowledgedAtMs: null });
});

it("forgets a policy that is gone", () => {
  expect(after([[seen("u 1", 2)], 0], [[], 100])).toBeUndefined();
});

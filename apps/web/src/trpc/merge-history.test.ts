import type { HistoryView } from "@sluice/api/views/service-view";
import { expect, it } from "vitest";
import { mergeHistory } from "./merge-history.ts";

function history(atMs: number[], targets = ["a"], value = 1): HistoryView {
  const row = () => targets.map(() => atMs.map(() => value));
  const errors = () => atMs.map(() => 0);
  return { targets, atMs, requestsPerSecond: row(), p50Ms: row(), p95Ms: row(), p99Ms: row(), errorsPerSecond: { app: errors(), proxy: errors(), gateway: errors() }, markers: [] };
}

it("appends what is newer and lets a resent point win", () => {
  const merged = mergeHistory(history([1000, 2000, 3000]), history([3000, 4000], ["a"], 9));
  expect(merged.atMs).toEqual([1000, 2000, 3000, 4000]);
  expect(merged.requestsPerSecond).toEqual([[1, 1, 9, 9]]);
});

it("replaces all when the whole history comes again", () => {
  expect(mergeHistory(history([2000, 3000]), history([1000, 2000])).atMs).toEqual([1000, 2000]);
});

it("keeps what it has when nothing came", () => {
  expect(mergeHistory(history([1000]), history([])).atMs).toEqual([1000]);
});

it("leaves a new target without a past", () => {
  const merged = mergeHistory(history([1000]), history([2000], ["a", "b"], 5));
  expect(merged.targets).toEqual(["a", "b"]);
  expect(merged.requestsPerSecond).toEqual([[1, 5], [null, 5]]);
});

it("holds 15 minutes and 300 points at most", () => {
  const long = history(Array.from({ length: 300 }, (_, index) => index * 1000 + 1));
  const merged = mergeHistory(long, history([400_000]));
  expect(merged.atMs).toHaveLength(300);
  expect(mergeHistory(history([1000]), history([2_000_000])).atMs).toEqual([2_000_000]);
});

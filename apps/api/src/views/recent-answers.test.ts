import { describe, expect, test } from "vitest";
import { recentAnswers } from "./recent-answers.ts";

describe("who answers now", () => {
  const lastMinute = new Map([["a", 500], ["b", 10]]);
  const sinceApplied = new Map([["a", 9], ["b", 1]]);
  const none = new Map([["a", 0], ["b", 0]]);
  test.each([
    ["no proxy applies the present policy yet", null, sinceApplied, lastMinute],
    ["the first answers since it is applied", 99_000, sinceApplied, sinceApplied],
    ["applied, but nobody has asked since", 99_000, none, lastMinute],
    ["applied long ago", 10_000, sinceApplied, lastMinute],
    ["a proxy's clock is ahead", 130_000, sinceApplied, sinceApplied],
  ])("%s", (_, appliedAtMs, counts, expected) => {
    expect(recentAnswers({ appliedAtMs, counts }, lastMinute, 100_000)).toBe(expected);
  });
});

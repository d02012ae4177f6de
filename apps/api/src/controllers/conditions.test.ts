import { expect, it } from "vitest";
import { setConditions } from "./conditions.ts";

const managed = { type: "Managed", status: "True", reason: "Watching", message: "m" } as const;
const first = setConditions([], [managed], 0, 1);

it("keeps the time of the last change while the status stays, whatever the reason", () => {
  expect(first).toEqual([{ ...managed, lastTransitionTime: "1970-01-01T00:00:00Z", observedGeneration: 1 }]);
  expect(setConditions(first, [{ ...managed, message: "other" }], 60_000, 1)).toMatchObject([{ message: "other", lastTransitionTime: "1970-01-01T00:00:00Z" }]);
  expect(setConditions(first, [{ ...managed, status: "False" }], 60_000, 1)).toMatchObject([{ status: "False", lastTransitionTime: "1970-01-01T00:01:00Z" }]);
});

it("answers the same list when nothing changed, so that nothing is written", () => {
  expect(setConditions(first, [managed], 60_000, 1)).toBe(first);
  expect(setConditions(first, [managed], 60_000, 2)).not.toBe(first);
});

it("leaves the conditions of others as they are", () => {
  const other = { type: "Other", status: "True", reason: "R", message: "", lastTransitionTime: "t" } as const;
  expect(setConditions([other], [managed], 0, 1)[0]).toBe(other);
});

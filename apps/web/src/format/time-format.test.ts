import { expect, it } from "vitest";
import { ageOf, clockTime } from "./time-format.ts";

it.each([
  [0, "second", 0],
  [59_999, "second", 59],
  [60_000, "minute", 1],
  [7_199_000, "hour", 1],
  [90_000_000, "day", 1],
  [-5_000, "second", 0],
])("says how long ago %i ms is", (ms, unit, count) => expect(ageOf(1e12, 1e12 + ms)).toEqual({ unit, count }));

it("writes times in UTC", () => {
  expect(clockTime(Date.UTC(2026, 0, 1, 12, 4, 31))).toBe("12:04");
  expect(clockTime(Date.UTC(2026, 0, 1, 12, 4, 31), true)).toBe("12:04:31");
});

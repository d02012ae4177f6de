import { expect, test } from "vitest";
import { rampPosition } from "./ramp-position.ts";

test.each([
  [0, 50, 6_000],
  [5_999, 50, 6_000],
  [6_000, 100, 12_000],
  [12_000, 250, 18_000],
  [18_000, 500, 24_000],
  [24_000, 750, 30_000],
  [29_999, 750, 30_000],
  [30_000, 1000, Number.POSITIVE_INFINITY],
  [90_000, 1000, Number.POSITIVE_INFINITY],
])("after %i of 30,000 ms: %i thousandths, until %d", (elapsedMs, permille, nextMs) => {
  expect(rampPosition(elapsedMs, 30_000)).toEqual({ permille, nextMs });
});

test("a duration of 0 means at once", () => {
  expect(rampPosition(0, 0).permille).toBe(1000);
});

import { expect, it } from "vitest";
import { linePath, niceTop, scaleOf, stackedPaths } from "./series-path.ts";

const scale = scaleOf(0, 10, 1, 100, 50);

it("breaks a line where nothing is known instead of drawing 0", () => {
  expect(linePath([0, 5, 10], [1, null, 0], scale)).toBe("M0.0 0.0M100.0 50.0");
});

it("stacks parts of the whole and leaves a gap without answers", () => {
  const [below, above] = stackedPaths([0, 10], [[3, 1], [1, 1]], scale);
  expect(below).toBe("M0.0 12.5L100.0 25.0L100.0 50.0L0.0 50.0Z");
  expect(above).toBe("M0.0 0.0L100.0 0.0L100.0 25.0L0.0 12.5Z");
  expect(stackedPaths([0, 10], [[0, 0]], scale)).toEqual([""]);
});

it.each([
  [3.2, 5],
  [0, 1],
  [11, 20],
  [812, 1000],
])("puts the top for %f at %i", (value, top) => expect(niceTop([[value, null]], 1)).toBe(top));

import { expect, it } from "vitest";
import { frictionOf, type Move } from "./friction.ts";

const move = (name: string, before: number, after: number, given: Partial<Move> = {}): Move => ({ clusterKey: `d/d/d/${name}`, beforePermille: before, afterPermille: after, reviewedPermille: before, own: name === "a", proven: true, ...given });

it.each<[string, Move[], number | null, boolean, string, string | null]>([
  ["10 points", [move("a", 500, 400), move("b", 500, 600)], null, false, "undo", null],
  ["10.1 points", [move("a", 500, 399), move("b", 500, 601)], null, false, "review", null],
  ["50.1 points", [move("a", 800, 299), move("b", 200, 701)], null, false, "type-name", "b"],
  ["small steps that add up", [move("a", 500, 480, { reviewedPermille: 600 }), move("b", 500, 520, { reviewedPermille: 400 })], null, false, "review", null],
  ["a drain", [move("a", 20, 0), move("b", 980, 1000)], null, false, "type-name", "a"],
  ["first requests to an unproven target", [move("a", 1000, 990), move("b", 0, 10, { proven: false })], null, false, "type-name", "b"],
  ["first requests to a proven target", [move("a", 1000, 990), move("b", 0, 10)], null, false, "undo", null],
  ["5 points of 3,000 requests/s", [move("a", 500, 450), move("b", 500, 550)], 3_000, false, "review", null],
  ["5 points of 20,000 requests/s", [move("a", 500, 450), move("b", 500, 550)], 20_000, false, "type-name", "b"],
  ["another mode", [move("a", 1000, 1000)], null, true, "review", null],
])("%s", (_what, moves, rate, modeChanges, friction, confirmName) => {
  expect(frictionOf(moves, rate, modeChanges)).toMatchObject({ friction, confirmName });
});

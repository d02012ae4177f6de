import { expect, test } from "vitest";
import { judgeReachability } from "./judge-reachability.ts";

test.each<[string, boolean, boolean[], boolean]>([
  ["one replica that answers", true, [], true],
  ["one replica that does not", false, [], false],
  ["the only peer reaches it, the controller does not", false, [true], true],
  ["the only peer does not reach it, the controller does", true, [false], false],
  ["two peers are divided, the controller reaches it", true, [true, false], true],
  ["two peers are divided, the controller does not reach it", false, [true, false], false],
  ["most peers reach it", false, [true, true, false], true],
  ["most peers do not", true, [true, false, false], false],
  ["nobody reaches it", false, [false, false], false],
])("%s", (_case, polled, peers, expected) => {
  expect(judgeReachability({ polled, peers })).toBe(expected);
});

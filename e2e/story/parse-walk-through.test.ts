import { expect, test } from "vitest";
import { matchesOutput, parseWalkThrough } from "./parse-walk-through.ts";

test("a step is a block of commands with the outputs that follow it", () => {
  const markdown = "# Top\n\n```sh\na\nb\n```\n\nprose\n\n```text\none\n```\n\n```text\ntwo\n```\n\n## Next\n\n```sh\nc\n```\n";
  expect(parseWalkThrough(markdown)).toEqual([
    { heading: "Top", line: 3, script: "a\nb", outputs: ["one", "two"] },
    { heading: "Next", line: 20, script: "c", outputs: [] },
  ]);
});

test("a walk-through that can't be followed is refused with its line", () => {
  expect(() => parseWalkThrough("x\n```text\na\n```\n")).toThrow("line 2: an output without a command before it");
  expect(() => parseWalkThrough("```sh\na\n")).toThrow("line 1: the fence is never closed");
});

test.for([
  ["a", "a\n", true],
  ["a", "b\n", false],
  ["a", "a\na\n", false],
  ["5 Hi", "      5 Hi\n", true],
  ["pod/… met", "pod/x-1 met\n", true],
  ["pod/… met", "pod/x-1 not ready\n", false],
  ["a\n…\nz", "a\nz\n", true],
  ["a\n…\nz", "a\nb\nc\nz\n", true],
  ["a\n…\nz", "a\nb\n", false],
  ["{…(1)…}", '{"x":(1)}\n', true],
  ["a", "", false],
] as const)("%j against %j: %j", ([expected, actual, verdict]) => {
  expect(matchesOutput(expected, actual)).toBe(verdict);
});

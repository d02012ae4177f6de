import { expect, it } from "vitest";
import { lineDiff } from "./line-diff.ts";

const text = (before: string, after: string) => lineDiff(before, after, 1).map((line) => line.sign + line.text);

it("shows what goes and what comes, with a line around it", () => {
  expect(text("a\nb\nc\nd\n", "a\nb\nx\nd\n")).toEqual([" b", "-c", "+x", " d"]);
});

it("marks what it leaves out between two changes", () => {
  expect(text("1\n2\n3\n4\n5\n6\n", "x\n2\n3\n4\n5\ny\n")).toEqual(["-1", "+x", " 2", "…", " 5", "-6", "+y"]);
});

it("shows a new object whole and no change as nothing", () => {
  expect(text("", "a\nb\n")).toEqual(["+a", "+b"]);
  expect(text("a\n", "a\n")).toEqual([]);
});

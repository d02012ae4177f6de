import { expect, test } from "vitest";
import { byIdentity } from "./by-identity.ts";

test("made once for each object, whatever comes of it, and anew for an equal one", () => {
  const asked: string[][] = [];
  const first = byIdentity((list: string[]) => {
    asked.push(list);
    return list[0];
  });
  const [one, empty] = [["a"], []];
  expect([first(one), first(one), first(empty), first(empty), first(["a"])]).toEqual(["a", "a", undefined, undefined, "a"]);
  expect(asked).toEqual([["a"], [], ["a"]]);
});

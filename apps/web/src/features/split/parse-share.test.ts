import { expect, it } from "vitest";
import { parseShare } from "./parse-share.ts";

it.each([
  ["25", 250],
  ["9.1", 91],
  ["9,1 %", 91],
  [" 100 ", 1000],
  ["0", 0],
  ["", null],
  [" ", null],
  ["-1", null],
  ["100.1", null],
  ["9.15", null],
  ["1e1", null],
  ["ten", null],
])("reads %j", (text, permille) => expect(parseShare(text)).toBe(permille));

import { expect, it } from "vitest";
import { formatCount, formatErrorShare, formatMs, formatRate, formatShare, formatSuccess } from "./number-format.ts";

const plain = (text: string) => text.replaceAll("\u00a0", " ");

it.each([
  [91, false, "9.1 %"],
  [500, false, "50 %"],
  [500, true, "50.0 %"],
  [1000, false, "100 %"],
  [0, true, "0.0 %"],
])("writes %i thousandths", (permille, fixed, text) => expect(plain(formatShare(permille, "en", fixed))).toBe(text));

it("keeps the number and its unit on one line", () => {
  for (const text of [formatShare(91, "en"), formatRate(50.2, "en"), formatMs(3.1, "en"), formatSuccess(1, "zh-CN")]) {
    expect(text).toMatch(/\d\u00a0(?:%|\/s|ms)$/);
  }
});

it.each([
  [50.23, "50.2 /s"],
  [99.97, "100 /s"],
  [812.4, "812 /s"],
  [1204.6, "1,205 /s"],
  [0.01, "<0.1 /s"],
  [0, "0.0 /s"],
])("writes a rate of %f", (rate, text) => expect(plain(formatRate(rate, "en"))).toBe(text));

it("says 100.00 % only of all and 0 % only of none", () => {
  expect(plain(formatSuccess(0.99999, "en"))).toBe("99.99 %");
  expect(plain(formatSuccess(1, "en"))).toBe("100.00 %");
  expect(plain(formatErrorShare(0.000001, "en"))).toBe("0.01 %");
  expect(plain(formatErrorShare(0, "en"))).toBe("0 %");
});

it.each([
  [3.14, "3.1 ms"],
  [18.2, "18 ms"],
  [12_340, "12.3 s"],
])("writes %f ms", (ms, text) => expect(plain(formatMs(ms, "en"))).toBe(text));

it("groups thousands", () => expect(formatCount(1_204_331, "en")).toBe("1,204,331"));

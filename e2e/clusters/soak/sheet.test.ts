import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Sheet } from "./sheet.ts";
import { block, withBlock } from "./tables.ts";

const marked = (text: string): string => `before\n<!-- begin: written by npm run soak -->\n${text}<!-- end: written by npm run soak -->\nafter\n`;
const refused = { requests: 1_000, lost: 20, losses: { "error: ECONNREFUSED": 19, "error: ECONNRESET": 1 }, secondsUntilWhole: 4 };

describe("the tables", () => {
  test("each kill has one line, with the median and the range of what was lost", () => {
    const more = (lost: number) => ({ ...refused, lost, losses: { "error: ECONNREFUSED": lost } });
    const kills = [{ kill: "a proxy", got: refused }, { kill: "DNS", got: { ...refused, lost: 0, losses: {} } }, { kill: "a proxy", got: more(5) }, { kill: "a proxy" }, { kill: "a proxy", got: more(90) }];
    expect(block("Here.", { cycles: [], kills, scenarios: [] })).toBe(
      [
        "Here.",
        "",
        "| killed | times | as promised | requests | lost each time | as what | seconds until whole |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        "| a proxy | 4 | 3 | 3,000 | 20 (5 to 90) | 114 × ECONNREFUSED, 1 × ECONNRESET | 4 |",
        "| DNS | 1 | 1 | 1,000 | 0 |  | 4 |",
      ].join("\n"),
    );
  });

  test("a kill that was never as promised has no figures, and says so", () => {
    expect(block("Here.", { cycles: [], kills: [{ kill: "a proxy" }], scenarios: [] })).toContain("| a proxy | 1 | 0 | 0 |  |  |  |");
  });

  test("cycles and scenarios", () => {
    const text = block("Here.", { cycles: [{ cluster: "1-23", cycles: 50, requests: 65_211, sentAway: 2_677, lost: 0, tunnels: 50 }], kills: [], scenarios: [{ name: "ports", times: 1, requests: 900 }, { name: "a|b", times: 10 }] });
    expect(text).toContain("| 50 | 1-23 | 65,211 | 2,677 | 50 | 0 |");
    expect(text).toContain("| ports | 1 | 900 |\n| a\\|b | 10 | went wrong |");
  });

  test("they take the place of those before, and of nothing else", () => {
    expect(withBlock(marked("old\n"), "new")).toBe(marked("new\n"));
    expect(withBlock(marked(""), "new")).toBe(marked("new\n"));
  });

  test.for([["without marks", "text"], ["without the end", marked("").replace(/<!-- end.*/, "")], ["twice", marked("") + marked("")], ["the wrong way round", marked("").split("\n").toReversed().join("\n")]])("a file %s is refused", ([, text]) => {
    expect(() => withBlock(text ?? "", "new")).toThrow("there has to be one line");
  });
});

describe("the sheet", () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "sluice-sheet-"));
    file = path.join(folder, "soak.md");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test("has in the file what came so far", () => {
    writeFileSync(file, marked("old\n"));
    const sheet = new Sheet(file);
    expect(readFileSync(file, "utf8")).toBe(marked("old\n"));
    sheet.cycles([{ cluster: "1-23", cycles: 50, requests: 1, sentAway: 0, lost: 0, tunnels: 0 }]);
    sheet.kill({ kill: "a proxy", got: refused });
    expect(readFileSync(file, "utf8")).toMatch(/^before\n[^]*\nBegun \d{4}-\d\d-\d\d \d\d:\d\d UTC; [^]*\| 50 \| 1-23 [^]*\| a proxy \| 1 \| 1 [^]*\nafter\n$/);
    sheet.scenario({ name: "ports", times: 1, requests: 9 });
    expect(readFileSync(file, "utf8").match(/\| a proxy \||\| ports \|/g)).toHaveLength(2);
    expect(readFileSync(file, "utf8")).not.toContain("old");
  });

  test("says at once that a file can't hold it", () => {
    writeFileSync(file, "text");
    expect(() => new Sheet(file)).toThrow("there has to be one line");
    expect(() => new Sheet(path.join(folder, "none"))).toThrow("ENOENT");
  });

  test("without a file it keeps to itself", () => {
    expect(() => new Sheet(undefined).kill({ kill: "a proxy" })).not.toThrow();
  });
});

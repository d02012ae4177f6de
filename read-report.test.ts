import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { readPlaywrightReport, readVitestReport, showFailures } from "./read-report.ts";

/** What `read` makes of a file with this content. */
function reading<T>(content: unknown, read: (file: string) => T): T {
  const folder = mkdtempSync(path.join(tmpdir(), "report-"));
  try {
    const file = path.join(folder, "report.json");
    writeFileSync(file, JSON.stringify(content));
    return read(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("vitest's failures have their file and titles; a file that could not be loaded is one", () => {
  const content = {
    numPassedTests: 3,
    testResults: [
      { name: "/r/a.test.ts", status: "passed", message: "", assertionResults: [{ fullName: "one", status: "passed", failureMessages: [] }] },
      { name: "/r/b/b.test.ts", status: "failed", message: "", assertionResults: [{ fullName: "a set one", status: "failed", failureMessages: ["AssertionError: 1 is not 2"] }, { fullName: "two", status: "passed", failureMessages: [] }] },
      { name: "/r/c.test.ts", status: "failed", message: "no such module", assertionResults: [] },
    ],
  };
  expect(reading(content, (file) => readVitestReport(file, "/r"))).toEqual({
    passed: 3,
    failures: [{ name: "b/b.test.ts: a set one", message: "AssertionError: 1 is not 2" }, { name: "c.test.ts", message: "no such module" }],
  });
});

test("Playwright's failures have their file and titles; what was red once is one, and what went wrong outside of any test", () => {
  const spec = (title: string, status: string, message?: string) => ({ title, tests: [{ status, results: [{ errors: message === undefined ? [] : [{ message }] }] }] });
  const content = {
    stats: { expected: 5 },
    errors: [{ message: "the browser is gone" }],
    suites: [{ title: "move.spec.ts", specs: [spec("drag", "expected"), spec("keys", "unexpected", "not 12")], suites: [{ title: "by hand", specs: [spec("undo", "flaky", "late")] }] }],
  };
  expect(reading(content, readPlaywrightReport)).toEqual({
    passed: 5,
    failures: [
      { name: "move.spec.ts: keys", message: "not 12" },
      { name: "move.spec.ts: by hand: undo", message: "late" },
      { name: "outside of any test", message: "the browser is gone" },
    ],
  });
});

test("failures are shown in a few lines each, without colours and with the first place of ours, and not without end", () => {
  const message = "\u001B[31mError: a\u001B[39m\n\n    at g (node_modules/x.ts:1:2)\n    at f (a.ts:1:2)\n    at h (b.ts:1:2)\n  b\n  c\n  d\n  e";
  expect(showFailures([{ name: "x", message }])).toEqual(["- x", "    Error: a", "    b", "    c", "    d", "    at f (a.ts:1:2)"]);
  const many = Array.from({ length: 30 }, (_, index) => ({ name: String(index), message: "" }));
  expect(showFailures(many)).toHaveLength(13);
  expect(showFailures(many).at(-1)).toBe("- and 18 more");
});

import { readFileSync } from "node:fs";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";

/** What a stage's tests came to. */
export interface Report {
  passed: number;
  failures: Failure[];
}

/** A test that failed, or a file that could not be loaded. */
export interface Failure {
  /** With the file, relative to the root, and the titles around it. */
  name: string;
  message: string;
}

interface VitestReport {
  numPassedTests: number;
  testResults: { name: string; status: string; message: string; assertionResults: { fullName: string; status: string; failureMessages: string[] }[] }[];
}

interface PlaywrightSuite {
  title: string;
  specs: { title: string; tests: { status: string; results: { errors?: { message?: string }[] }[] }[] }[];
  suites?: PlaywrightSuite[];
}

interface PlaywrightReport {
  stats: { expected: number };
  errors: { message?: string }[];
  suites: PlaywrightSuite[];
}

/** Reads what vitest's reporter `json` wrote. Throws if there is no such file. */
export function readVitestReport(file: string, root: string): Report {
  const { numPassedTests, testResults } = JSON.parse(readFileSync(file, "utf8")) as VitestReport;
  const failures = testResults.flatMap(({ name, status, message, assertionResults }) => {
    const where = path.relative(root, name);
    const tests = assertionResults.filter((test) => test.status === "failed").map(({ fullName, failureMessages }) => ({ name: `${where}: ${fullName}`, message: failureMessages.join("\n") }));
    // A file that could not be loaded, or whose hooks failed, has no test to count as failed.
    return status === "failed" && tests.length === 0 ? [{ name: where, message }] : tests;
  });
  return { passed: numPassedTests, failures };
}

/** Reads what Playwright's reporter `json` wrote. A test that was red once is a failure. Throws if there is no such file. */
export function readPlaywrightReport(file: string): Report {
  const { stats, errors, suites } = JSON.parse(readFileSync(file, "utf8")) as PlaywrightReport;
  const outside = errors.map(({ message = "" }) => ({ name: "outside of any test", message }));
  return { passed: stats.expected, failures: [...suites.flatMap((suite) => failuresOf(suite, "")), ...outside] };
}

function failuresOf(suite: PlaywrightSuite, around: string): Failure[] {
  const name = around === "" ? suite.title : `${around}: ${suite.title}`;
  const own = suite.specs.flatMap(({ title, tests }) =>
    tests
      .filter(({ status }) => status === "unexpected" || status === "flaky")
      .map(({ results }) => ({ name: `${name}: ${title}`, message: results.flatMap(({ errors = [] }) => errors.map(({ message = "" }) => message)).join("\n") })),
  );
  return [...own, ...(suite.suites ?? []).flatMap((inner) => failuresOf(inner, name))];
}

const shownMax = 12;
const linesMax = 4;
const lineLengthMax = 300;

/** The failures in a few lines each, for the end of a long log. */
export function showFailures(failures: readonly Failure[]): string[] {
  const shown = failures.slice(0, shownMax).flatMap(({ name, message }) => {
    const lines = stripVTControlCharacters(message).split("\n").map((line) => line.trim()).filter((line) => line !== "");
    const isFrame = (line: string) => /^at .*:\d+:\d+\)?$/.test(line);
    const frame = lines.find((line) => isFrame(line) && !line.includes("node_modules"));
    const said = lines.filter((line) => !isFrame(line)).slice(0, linesMax);
    return [`- ${name}`, ...[...said, ...(frame === undefined ? [] : [frame])].map((line) => `    ${line.slice(0, lineLengthMax)}`)];
  });
  return failures.length > shownMax ? [...shown, `- and ${failures.length - shownMax} more`] : shown;
}

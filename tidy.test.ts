import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

/**
 * The style rules that a machine can tell (function length and import boundaries are in `.oxlintrc.json`).
 * Each test collects every offence, so that one run names all of them.
 */

const root = import.meta.dirname;
const lineCountMax = 400;
const forbiddenNames = new Set(["utils", "util", "helpers", "helper", "common", "misc", "manager", "index"]);
/** Names that a tool prescribes. */
const prescribedNames = new Set(["README", "README.zh-CN", "ARCHITECTURE", "CONTRIBUTING", "SECURITY", "LICENSE", "Dockerfile", "Containerfile", "Chart", "NOTES.txt"]);

/** Files that git tracks or would track: deleted and ignored ones are out. */
const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { cwd: root, encoding: "utf8" })
  .split("\n")
  .filter((file) => file !== "" && existsSync(path.join(root, file)));
const isSource = (file: string) => /\.(?:ts|tsx|mts|mjs|js|jsx|css)$/.test(file);
const isTest = (file: string) => /\.(?:test|spec)\.tsx?$/.test(file);
const isText = (file: string) => /\.(?:ts|tsx|mts|mjs|js|jsx|css|json|md|ya?ml|sh|html|svg|txt|go|mod|toml|tpl)$|(?:^|\/)(?:\.[a-z]+|run|Dockerfile|Containerfile)$/.test(file);
const texts = new Map<string, string>();

function textOf(file: string): string {
  const known = texts.get(file);
  if (known !== undefined) return known;
  const text = readFileSync(path.join(root, file), "utf8");
  texts.set(file, text);
  return text;
}

/** `file:line: text` of each line that matches. */
function linesMatching(file: string, pattern: RegExp): string[] {
  return textOf(file)
    .split("\n")
    .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : []));
}

interface LockedPackage {
  resolved?: string;
  link?: boolean;
  optionalDependencies?: Record<string, string>;
}
interface Manifest {
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}
const readJson = <T>(file: string) => JSON.parse(textOf(file)) as T;

describe("files", () => {
  it(`have at most ${lineCountMax} lines`, () => {
    const tooLong = files.filter(isSource).flatMap((file) => {
      const count = textOf(file).split("\n").length - 1;
      return count > lineCountMax ? [`${file}: ${count} lines`] : [];
    });
    expect(tooLong).toEqual([]);
  });

  it("are named in kebab-case for the one thing they export", () => {
    const kebab = /^[._]?[a-z0-9]+(?:[-.][a-z0-9]+)*$/;
    // CRDs are named as controller-gen names them: group_plural.yaml.
    const misnamed = files.filter((file) => !/^deploy\/(?:charts\/[^/]+\/)?crds\//.test(file)).filter((file) => {
      const segments = file.split("/").map((segment) => segment.replace(/^\[(?:\.{3})?([a-z0-9-]+)\]$|^[_(]([a-z0-9-]+)\)?$/, "$1$2"));
      return segments.some((segment, position) => {
        const stem = position === segments.length - 1 ? segment.replace(/\.(?:md|ya?ml)$/, "") : segment;
        // Languages are named as BCP 47 does: zh-CN.json.
        return !prescribedNames.has(stem) && !kebab.test(segment.replace(/\bzh-CN\b/, "zh-cn"));
      });
    });
    expect(misnamed).toEqual([]);
  });

  it("have no names that say nothing, and there are no barrels", () => {
    const vague = files.filter(isSource).filter((file) => file.split("/").some((segment) => forbiddenNames.has(segment.split(".")[0] ?? "")));
    expect(vague).toEqual([]);
    const barrels = files
      .filter((file) => isSource(file) && !isTest(file))
      .filter((file) => {
        const statements = textOf(file).split("\n").filter((line) => line.trim() !== "" && !/^\s*(?:\/\/|\/?\*)/.test(line));
        return statements.length > 0 && statements.every((line) => /^export (?:type )?[*{].* from /.test(line));
      });
    expect(barrels).toEqual([]);
  });
});

describe("sources", () => {
  it("leave nothing to do", () => {
    const marker = new RegExp(`\\b(?:TO${"DO"}|FIX${"ME"}|X${"XX"}|HA${"CK"})\\b`);
    expect(files.filter((file) => isText(file) && file !== "package-lock.json").flatMap((file) => linesMatching(file, marker))).toEqual([]);
  });

  it("import relatively only within their own package", () => {
    const packageOf = (file: string) => /^(?:packages\/[^/]+|apps\/[^/]+|e2e|demo)/.exec(file)?.[0] ?? "";
    const leaving = files.filter((file) => /\.(?:ts|tsx|mts)$/.test(file) && packageOf(file) !== "").flatMap((file) =>
      [...textOf(file).matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"(\.[^"]+)"/g)].flatMap(([, specifier = ""]) => {
        const target = path.posix.join(path.posix.dirname(file), specifier);
        return packageOf(target) === packageOf(file) ? [] : [`${file} imports ${specifier}`];
      }),
    );
    expect(leaving).toEqual([]);
  });

  it("skip no test without a printed reason, and never run one alone", () => {
    const tests = files.filter((file) => isTest(file) && file !== "tidy.test.ts");
    expect(tests.flatMap((file) => linesMatching(file, /\b(?:it|test|describe)\.(?:only|todo|fails|fixme)\b/))).toEqual([]);
    // A reason: a text in the same call (`context.skip("…")`, `test.skip(condition, "…")`), or printed by the file.
    const silent = tests.flatMap((file) =>
      linesMatching(file, /\.(?:skip|skipIf|runIf)\(/).filter(
        (line) => !/\.skip\((?:[^"'`]*,)?\s*["'`a-z]/i.test(line) && !/console\.(?:info|log|warn)\(/.test(textOf(file)),
      ),
    );
    expect(silent).toEqual([]);
    expect(tests.flatMap((file) => linesMatching(file, /\b(?:it|describe)\.skip\(/))).toEqual([]);
  });
});

describe("the repository", () => {
  it("names no machine: no absolute home paths, no private registries", () => {
    const homes = new RegExp(`(?:^|[\\s"'\`(=:])/(?:${["work", "root", "home", "Users"].join("|")})/`);
    const registries = /https?:\/\/[^\s/"']*(?:registry|artifactory|nexus|goproxy|verdaccio)(?!\.npmjs\.org)[^\s/"']*|\.(?:internal|corp)(?:[/:]|\b)(?!")/;
    const tracked = files.filter((file) => isText(file) && file !== "tidy.test.ts");
    expect(tracked.flatMap((file) => linesMatching(file, homes))).toEqual([]);
    expect(tracked.flatMap((file) => linesMatching(file, registries))).toEqual([]);
  });

  it("pins every dependency exactly", () => {
    const loose = files
      .filter((file) => path.basename(file) === "package.json")
      .flatMap((file) => {
        const { dependencies, devDependencies, optionalDependencies } = readJson<Manifest>(file);
        return Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies })
          .filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))
          .map(([name, version]) => `${file}: ${name} ${version}`);
      });
    expect(loose).toEqual([]);
  });

  it("has a lock that every platform can install from, wherever its registry is", () => {
    const { packages } = readJson<{ packages: Record<string, LockedPackage> }>("package-lock.json");
    const resolved = Object.entries(packages).filter(([, entry]) => entry.resolved !== undefined && entry.link !== true);
    expect(resolved.map(([name]) => name)).toEqual([]);
    const missing = Object.entries(packages).flatMap(([owner, entry]) =>
      Object.keys(entry.optionalDependencies ?? {})
        .filter((name) => !isLocked(packages, owner, name))
        .map((name) => `${owner || "the root"} wants ${name}`),
    );
    expect(missing).toEqual([]);
  });
});

/** Resolves as Node does: the owner's own node_modules first, then those of the folders above it. */
function isLocked(packages: Record<string, LockedPackage>, owner: string, name: string): boolean {
  for (let folder = owner; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/")))) {
    if (`${folder === "" ? "" : `${folder}/`}node_modules/${name}` in packages) return true;
    if (folder === "") return false;
  }
}

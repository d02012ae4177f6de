import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import en from "./en.json" with { type: "json" };
import zhCN from "./zh-CN.json" with { type: "json" };

const source = fileURLToPath(new URL("..", import.meta.url));

function flatten(tree: object, path = ""): Map<string, string> {
  const entries = Object.entries(tree).flatMap(([key, value]: [string, unknown]) =>
    typeof value === "string" ? [[`${path}${key}`, value] as const] : [...flatten(value as object, `${path}${key}.`)],
  );
  return new Map(entries);
}

/** Names of the values and tags that a text takes. */
function holes(text: string): string[] {
  return [...new Set([...text.matchAll(/(?<!(?:one|other) )\{(\w+)(?=[,}])|<(\w+)>/g)].map((match) => match[1] ?? match[2] ?? ""))].sort();
}

describe("the texts", () => {
  const english = flatten(en);
  const chinese = flatten(zhCN);

  it("exist in both languages", () => {
    expect([...chinese.keys()].sort()).toEqual([...english.keys()].sort());
  });

  it("take the same values", () => {
    const wrong = [...english].filter(([key, text]) => holes(chinese.get(key) ?? "").join() !== holes(text).join());
    expect(wrong).toEqual([]);
  });

  it("are nowhere empty", () => {
    expect([...english, ...chinese].filter(([, text]) => text.trim() === "")).toEqual([]);
  });
});

describe("the components", () => {
  const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".tsx") && !file.endsWith(".test.tsx"));
  /** Names that are the same in every language. */
  const names = /^(?:Sluice|p50|p95|p99|YAML|kubectl|⌘K)$/;

  it.each(files)("%s holds no text of its own", (file) => {
    const text = readFileSync(join(source, file), "utf8");
    const between = [...text.matchAll(/>\s*([^<>{}();=]*\p{L}{2,}[^<>{}();=]*?)\s*<\//gu)].map((match) => match[1] ?? "");
    const attributes = [...text.matchAll(/\b(?:aria-label|placeholder|title|alt)="([^"]*\p{L}[^"]*)"/gu)].map((match) => match[1] ?? "");
    expect([...between, ...attributes].filter((found) => !names.test(found))).toEqual([]);
  });
});

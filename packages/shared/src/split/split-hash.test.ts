import { expect, test } from "vitest";
import { splitHash } from "./split-hash.ts";
import type { RequestedSplit } from "./split.ts";

const target = (weight: number) => ({ clusterKey: "default/default/default/1-25", weight });

test("is FNV-1a 64 of a canonical text, so that it stays the same between versions", () => {
  expect(splitHash({ mode: "Locality" })).toBe("10d6deb34e1bacb4");
});

test("differs with mode, weights and targets", () => {
  const splits: RequestedSplit[] = [
    { mode: "Locality" },
    { mode: "ActiveActive", targets: [] },
    { mode: "ActiveActive", targets: [target(10)] },
    { mode: "ActiveActive", targets: [target(100)] },
    { mode: "ActiveActive", targets: [{ ...target(10), clusterKey: "default/default/default/1-26" }] },
    { mode: "FailOver", targets: [{ clusterKey: "default/default/default/1-25", priority: 10 }] },
  ];
  const hashes = splits.map(splitHash);
  expect(new Set(hashes).size).toBe(splits.length);
  for (const hash of hashes) expect(hash).toMatch(/^[0-9a-f]{16}$/);
});

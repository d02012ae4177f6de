import type { GlobalTrafficPolicySpec } from "@sluice/shared/policy/global-traffic-policy-schema";
import { expect, it } from "vitest";
import { baselineOf, policyHistory, reviewedBase } from "./policy-history.ts";
import { prunable } from "./prune-revisions.ts";
import { encodeRevision, noPolicySpec } from "./revision-record.ts";

const minuteMs = 60_000;
const nowMs = Date.parse("2026-01-02T12:00:00.000Z");
const split = (weight: number): GlobalTrafficPolicySpec => ({ lbType: "ActiveActive", targets: [{ clusterKey: "d/d/d/b", weight }] });
const httpbin = { namespace: "httpbin", name: "httpbin" };

/** Revisions of growing weight, so many minutes ago. */
const history = (...steps: { minutesAgo: number; reviewed?: boolean }[]) =>
  policyHistory(
    steps.map(({ minutesAgo, reviewed = false }, index) =>
      encodeRevision(httpbin, index + 1, { spec: split(index + 1), before: index === 0 ? null : split(index), actor: "console", reason: "r", intent: "split", reviewed, uid: "u", generation: index + 1, at: new Date(nowMs - minutesAgo * minuteMs).toISOString() }),
    ),
    "httpbin/httpbin",
  );

it("counts a change from the last review of 15 minutes, so that small steps add up", () => {
  expect(reviewedBase(history({ minutesAgo: 10, reviewed: true }, { minutesAgo: 5 }, { minutesAgo: 1 }), split(3), nowMs)).toEqual(split(1));
  expect(reviewedBase(history({ minutesAgo: 60 }, { minutesAgo: 5 }, { minutesAgo: 1 }), split(3), nowMs)).toEqual(split(1));
  expect(reviewedBase(history({ minutesAgo: 60, reviewed: true }), split(9), nowMs)).toEqual(split(9));
  expect(reviewedBase([], undefined, nowMs)).toEqual(noPolicySpec);
});

it("sends back to what was before the day's first change", () => {
  expect(baselineOf(history({ minutesAgo: 24 * 60 }, { minutesAgo: 90 }, { minutesAgo: 1 }), nowMs)).toEqual(split(1));
  expect(baselineOf(history({ minutesAgo: 1 }), nowMs)).toEqual(noPolicySpec);
  expect(baselineOf(history({ minutesAgo: 24 * 60 }), nowMs)).toBeUndefined();
});

it("has the revisions of its own policy only", () => {
  const [record] = history({ minutesAgo: 1 });
  expect(record).toMatchObject({ number: 1, generation: 1 });
  const object = encodeRevision({ namespace: "httpbin", name: "other" }, 1, { spec: split(1), before: null, actor: "a", reason: null, intent: "external", reviewed: false, uid: "u", generation: 1, at: new Date(nowMs).toISOString() });
  expect(policyHistory([object], "httpbin/httpbin")).toEqual([]);
});

it("keeps 50 revisions, among them the day's first, to which everything can be sent back", () => {
  const busy = history(...Array.from({ length: 52 }, (_, index) => ({ minutesAgo: index < 2 ? 24 * 60 : 52 - index })));
  expect(prunable(busy.slice(0, 49), nowMs)).toEqual([]);
  const dropped = prunable(busy, nowMs).map((record) => record.number);
  expect(dropped).toEqual([1, 2, 4]);
  expect(baselineOf(busy.filter((record) => !dropped.includes(record.number)), nowMs)).toEqual(split(2));
});

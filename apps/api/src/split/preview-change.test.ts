import { describe, expect, it } from "vitest";
import { encodeRevision } from "../revisions/revision-record.ts";
import { TelemetryState } from "../telemetry/telemetry-state.ts";
import { makeFrame, makeTarget } from "../testing/make-frame.ts";
import { keyFor, makeMember } from "../testing/make-world.ts";
import { lookAt } from "../views/look.ts";
import { requireRow } from "../views/require-row.ts";
import { previewChange } from "./preview-change.ts";

const service = "httpbin/httpbin";
const nowMs = Date.parse("2026-01-02T12:00:00Z");
const dayMs = 86_400_000;
const weighed = (far: number) => ({ lbType: "ActiveActive" as const, targets: [{ clusterKey: keyFor("1-23"), weight: 1_000 - far }, { clusterKey: keyFor("1-25"), weight: far }] });
const draftOf = (far: number) => ({ mode: "ActiveActive" as const, shares: [{ clusterKey: keyFor("1-23"), permille: 1_000 - far }, { clusterKey: keyFor("1-25"), permille: far }], failOver: [] });

interface Given {
  /** Share of 1-25 now, in thousandths. */
  now?: number;
  /** Its share in earlier revisions, the oldest first. */
  history?: { far: number; agoMs: number; reviewed?: boolean }[];
  /** A request to 1-25 was counted so long ago. */
  askedAgoMs?: number;
  /** Age of the newest frame. */
  toldAgoMs?: number;
}

function preview(far: number, { now = 0, history = [], askedAgoMs, toldAgoMs = 0 }: Given) {
  const revisions = history.map(({ far: share, agoMs, reviewed = false }, index) =>
    encodeRevision({ namespace: "httpbin", name: "httpbin" }, index + 1, { spec: weighed(share), before: null, actor: "a", reason: null, intent: "split", reviewed, uid: "u", generation: index + 1, at: new Date(nowMs - agoMs).toISOString() }),
  );
  const source = { ...makeMember("1-23", { offered: ["1-25"], inline: true, policy: weighed(now) }), revisions: { get: () => undefined, list: () => revisions } };
  const telemetry = new TelemetryState(nowMs - 200_000);
  for (let atMs = nowMs - 120_000; atMs <= nowMs; atMs += 1_000) {
    const asked = askedAgoMs !== undefined && atMs >= nowMs - askedAgoMs;
    if (atMs <= nowMs - toldAgoMs) telemetry.ingest(keyFor("1-23"), "p", makeFrame([makeTarget(keyFor("1-25"), { requests: asked ? 1 : 0 })]), atMs);
    telemetry.tick(atMs);
  }
  const look = lookAt({ members: [source, makeMember("1-25", { offered: ["1-23"] })] }, telemetry, { acknowledgedAtMs: () => null }, nowMs);
  return previewChange(look, requireRow(look, service, keyFor("1-23")), draftOf(far));
}

describe("the first requests to a target that has proved nothing take its name", () => {
  it.each<[string, Given, string]>([
    ["nothing is known of it", {}, "type-name"],
    ["some revision gave it a share", { history: [{ far: 50, agoMs: 9 * dayMs }, { far: 0, agoMs: 8 * dayMs }] }, "undo"],
    ["revisions only ever gave it 0", { history: [{ far: 0, agoMs: 9 * dayMs }] }, "type-name"],
    ["it was asked within the last minute", { askedAgoMs: 30_000 }, "undo"],
    ["it was asked before that", { askedAgoMs: 90_000 }, "type-name"],
    ["it has a share already", { now: 10 }, "undo"],
  ])("%s", (_case, given, friction) => {
    expect(preview(50, given)).toMatchObject({ friction, confirmName: friction === "undo" ? null : "1-25" });
  });
});

it.each<[string, Given["history"], number]>([
  ["what is in force, without a change in 15 minutes", [{ far: 10, agoMs: 16 * 60_000 }], 60],
  ["what was in force before the first of them", [{ far: 100, agoMs: 60_000 }], 160],
  ["the last that was reviewed", [{ far: 400, agoMs: 120_000, reviewed: true }, { far: 100, agoMs: 60_000 }], 240],
])("counts what moves from %s", (_case, history, movedPermille) => {
  expect(preview(160, { now: 100, history: history ?? [] }).movedPermille).toBe(movedPermille);
});

describe("guards", () => {
  const ids = (far: number, given: Given) => preview(far, given).guards.filter(({ outcome }) => outcome !== "pass").map(({ id }) => id);

  it("judge the age of the newest telemetry of the source", () => {
    expect(ids(60, { now: 50, toldAgoMs: 10_000 })).toEqual([]);
    expect(ids(60, { now: 50, toldAgoMs: 11_000 })).toEqual(["telemetry-age"]);
  });

  it("judge nothing where no target gains", () => {
    expect(ids(50, { now: 50, toldAgoMs: 11_000 })).toEqual([]);
  });
});

import { expect, test } from "vitest";
import { servicePortTelemetrySchema } from "@sluice/shared/telemetry/telemetry-frame";
import { CallerWindow } from "./caller-window.ts";
import { LatestAnswers } from "./latest-answers.ts";
import { ledgerBalances } from "./ledger-balances.ts";
import { PortCounters } from "./port-counters.ts";

test("counters become telemetry that the schema knows", () => {
  const counters = new PortCounters("shop/web", 80, "service");
  const target = counters.target("r/z/g/one");
  target.onAnswer(200);
  target.onAnswer(503);
  target.onFailure("dial_failed");
  target.latencyHead.record(1.5);
  target.onChosen(false);
  target.onChosen(true);
  const before = servicePortTelemetrySchema.parse(counters.toTelemetry([], 0));
  expect(before.targets[0]).toMatchObject({ byClass: { "2xx": 1, "5xx": 1 }, failures: { dial_failed: 1 }, requestsSinceApplied: 2, requestsSinceChange: 2, sessionsSinceChange: 1, latencyTotal: [] });
  expect(before.targets[0]?.latencyHead).toEqual([[expect.any(Number), 1]]);
  counters.onPolicyApplied({ uid: "u", generation: 2, splitHash: "h", appliedAtMs: 1 });
  expect(counters.toTelemetry([], 0)).toMatchObject({ policy: { generation: 2 }, targets: [{ requestsSinceApplied: 0, requestsSinceChange: 2, byClass: { "2xx": 1 } }] });
  target.onChosen(true);
  const inForce = { targets: [{ clusterKey: "r/z/g/one", weight: 1 }], sinceMs: 2, cause: { kind: "dropped" as const, clusterKey: "r/z/g/two" } };
  counters.onSplitChanged(inForce);
  expect(servicePortTelemetrySchema.parse(counters.toTelemetry([], 0))).toMatchObject({ inForce, targets: [{ requestsSinceApplied: 1, requestsSinceChange: 0, sessionsSinceChange: 0 }] });
});

test("the ledger notices a request that is lost", () => {
  const { ledger } = new PortCounters("shop/web", 80, "service");
  for (let index = 0; index < 4; index++) ledger.onAccepted();
  ledger.onAnswered();
  ledger.onAbandoned();
  ledger.onFailed("dial_failed");
  ledger.onRefused("nul");
  expect(ledger.toTelemetry()).toMatchObject({ accepted: 4, inFlight: 1, refused: { nul: 1 } });
  expect(ledgerBalances(ledger.toTelemetry())).toBe(true);
  expect(ledgerBalances({ ...ledger.toTelemetry(), inFlight: 0 })).toBe(false);
});

test("callers are distinct addresses of the last 60 s, also on connections that stay", () => {
  const window = new CallerWindow();
  let held = window.note("10.0.0.1", null, 0);
  window.note("10.0.0.1", null, 10);
  window.note("10.0.0.2", null, 20);
  expect(window.count(30)).toBe(2);
  held = window.note("10.0.0.1", held, 59_000);
  expect(window.count(60_021)).toBe(1);
  expect(window.count(200_000)).toBe(0);
  window.note("10.0.0.1", held, 200_001);
  expect(window.count(200_002)).toBe(1);
});

test("callers are bounded", () => {
  const window = new CallerWindow();
  for (let index = 0; index < 5_000; index++) window.note(`caller-${index}`, null, 0);
  expect(window.count(1)).toBe(4_096);
});

test("the latest 40 answers are kept, oldest first", () => {
  const latest = new LatestAnswers();
  for (let index = 0; index < 45; index++) latest.add(`c${index}`, 200);
  const kept = latest.toTelemetry();
  expect(kept).toHaveLength(40);
  expect([kept[0], kept.at(-1)]).toEqual([[5, "c5", 200], [44, "c44", 200]]);
});

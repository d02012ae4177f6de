import { describe, expect, it } from "vitest";
import { evaluateGuards, type GuardFacts, type GuardTarget } from "./guards.ts";

const own: GuardTarget = { clusterKey: "d/d/d/1-23", own: true, gains: false, afterPermille: 800, offered: true, readyEndpoints: { state: "known", value: 2 }, readyProxies: 1, answers: 100, bad: 1 };
const remote: GuardTarget = { clusterKey: "d/d/d/1-25", own: false, gains: true, afterPermille: 200, offered: true, readyEndpoints: { state: "known", value: 2 }, readyProxies: 1, answers: 100, bad: 1 };
const draft: GuardFacts["draft"] = { mode: "ActiveActive", shares: [{ clusterKey: "d/d/d/1-23", permille: 800 }, { clusterKey: "d/d/d/1-25", permille: 200 }], failOver: [] };
const fine: GuardFacts = { draft, targets: [own, remote], sourceProxies: 1, telemetryAgeMs: 500, owner: { kind: "console", detail: "sluice-console" }, notCaptured: null };
const failing = (facts: GuardFacts) => evaluateGuards(facts).filter((guard) => guard.outcome !== "pass").map((guard) => `${guard.id} ${guard.outcome}`);
const gaining = (change: Partial<GuardTarget>): GuardFacts => ({ ...fine, targets: [own, { ...remote, ...change }] });

it("passes what is fine", () => {
  expect(failing(fine)).toEqual([]);
});

describe("what stands in the way", () => {
  it.each<[string, GuardFacts, string[]]>([
    ["a sum of 90 %", { ...fine, draft: { ...draft, shares: [{ clusterKey: "d/d/d/1-23", permille: 900 }] } }, ["sum refuse"]],
    ["a cluster listed twice", { ...fine, draft: { ...draft, shares: [...draft.shares, { clusterKey: "d/d/d/1-25", permille: 0 }] } }, ["listed-once refuse"]],
    ["no proxy in the source", { ...fine, sourceProxies: 0 }, ["proxy refuse"]],
    ["no proxy in the target", gaining({ readyProxies: 0 }), ["target-proxy refuse"]],
    ["no import", gaining({ offered: false }), ["offered refuse"]],
    ["no ready endpoint", gaining({ readyEndpoints: { state: "known", value: 0 } }), ["ready-endpoints refuse"]],
    ["endpoints that can't be seen", gaining({ readyEndpoints: { state: "cannot-see", sinceMs: 0 } }), ["endpoints-seen override"]],
    ["a target worse than the source", gaining({ bad: 2 }), ["error-share override"]],
    ["a few bad answers", gaining({ answers: 5, bad: 5 }), []],
    ["old telemetry", { ...fine, telemetryAgeMs: 10_001 }, ["telemetry-age override"]],
    ["no telemetry", { ...fine, telemetryAgeMs: null }, ["telemetry-age override"]],
    ["Git", { ...fine, owner: { kind: "git", detail: "argocd/shop" } }, ["owner override"]],
    ["leaving a sick target, unseen", { ...gaining({ gains: false, bad: 100, readyEndpoints: { state: "known", value: 0 }, readyProxies: 0 }), telemetryAgeMs: null }, []],
    ["uncaptured connections", { ...fine, notCaptured: "2 of 3 pods are older" }, ["captured note"]],
  ])("%s", (_what, facts, expected) => {
    expect(failing(facts)).toEqual(expected);
  });
});

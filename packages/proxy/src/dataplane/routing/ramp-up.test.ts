import type { DropReason, EffectiveSplit } from "@sluice/shared/split/split";
import { describe, expect, test } from "vitest";
import { RampUp, settleMs } from "./ramp-up.ts";

type Look = Record<string, number | DropReason>;

/** Targets with their weight, or with the reason why they are dropped. */
function split(look: Look): EffectiveSplit {
  const entries = Object.entries(look);
  return {
    targets: entries.flatMap(([clusterKey, is]) => (typeof is === "number" ? [{ clusterKey, weight: is }] : [])),
    dropped: entries.flatMap(([clusterKey, is]) => (typeof is === "number" ? [] : [{ clusterKey, reason: is }])),
  };
}

/** "name permille after" of each target that ramps. */
const ramping = (effective: EffectiveSplit) => (effective.ramping ?? []).map(({ clusterKey, permille, after }) => `${clusterKey} ${permille} ${after}`);

interface Case {
  name: string;
  /** What is seen at which ms; `anew` means another policy, or a start. */
  looks: { at: number; anew?: boolean; look: Look }[];
  expected: string[][];
}

const settled = settleMs;
const both = { own: 100, other: 100 };
const cases: Case[] = [
  { name: "a start: everyone has its share", looks: [{ at: 0, anew: true, look: both }], expected: [[]] },
  {
    name: "a target that was dropped returns by steps",
    looks: [
      { at: 0, anew: true, look: both },
      { at: settled, look: { own: 100, other: "unreachable" } },
      { at: 10_000, look: both },
      { at: 15_999, look: both },
      { at: 16_000, look: both },
      { at: 34_000, look: both },
      { at: 40_000, look: both },
    ],
    expected: [[], [], ["other 50 unreachable"], ["other 50 unreachable"], ["other 100 unreachable"], ["other 750 unreachable"], []],
  },
  {
    name: "so does the own cluster",
    looks: [{ at: 0, anew: true, look: { own: "no-ready-endpoints", other: 100 } }, { at: 5_000, look: both }],
    expected: [[], ["own 50 no-ready-endpoints"]],
  },
  {
    name: "one that a standing policy names and that resolves only now",
    looks: [{ at: 0, anew: true, look: { own: 100 } }, { at: 5_000, look: both }],
    expected: [[], ["other 50 unknown-cluster"]],
  },
  {
    name: "what turns up right after a policy belongs to it",
    looks: [{ at: 0, anew: true, look: { own: 100, third: "unreachable" } }, { at: settled - 1, look: { ...both, third: 100 } }],
    expected: [[], []],
  },
  {
    name: "a person's change is whole at once, and what it finds dropped returns by steps",
    looks: [
      { at: 0, anew: true, look: { own: 100, other: "ejected", third: "ejected" } },
      { at: 5_000, look: { own: 100, other: 100, third: "ejected" } },
      { at: 6_000, anew: true, look: { own: 100, other: 900, third: "ejected" } },
      { at: 9_000, look: { own: 100, other: 900, third: 100 } },
    ],
    expected: [[], ["other 50 ejected"], [], ["third 50 ejected"]],
  },
  {
    name: "dropped again on its way: it begins anew",
    looks: [
      { at: 0, anew: true, look: { own: 100, other: "ejected" } },
      { at: 5_000, look: both },
      { at: 30_000, look: { own: 100, other: "unreachable" } },
      { at: 31_000, look: both },
    ],
    expected: [[], ["other 50 ejected"], [], ["other 50 unreachable"]],
  },
  {
    name: "the only one that is left has everything, and keeps its share",
    looks: [
      { at: 0, anew: true, look: { own: "no-ready-endpoints", other: "unreachable" } },
      { at: 5_000, look: { own: "no-ready-endpoints", other: 100 } },
      { at: 6_000, look: both },
    ],
    expected: [[], [], ["own 50 no-ready-endpoints"]],
  },
  {
    name: "all return at once: all have their share",
    looks: [{ at: 0, anew: true, look: { own: "no-ready-endpoints", other: "unreachable" } }, { at: 5_000, look: both }, { at: 6_000, look: both }],
    expected: [[], [], []],
  },
  {
    name: "the steady one goes while the other ramps",
    looks: [
      { at: 0, anew: true, look: { own: 100, other: "unreachable" } },
      { at: 5_000, look: both },
      { at: 6_000, look: { own: "no-ready-endpoints", other: 100 } },
    ],
    expected: [[], ["other 50 unreachable"], []],
  },
];

describe("RampUp", () => {
  test.each(cases)("$name", ({ looks, expected }) => {
    const rampUp = new RampUp(30_000);
    const seen = looks.map(({ at, anew, look }) => {
      if (anew === true) rampUp.beginAnew(at);
      return ramping(rampUp.apply(split(look), at));
    });
    expect(seen).toEqual(expected);
  });

  test("says when the next step is due", () => {
    const rampUp = new RampUp(30_000);
    rampUp.beginAnew(0);
    rampUp.apply(split({ own: 100, other: "ejected" }), 0);
    expect(rampUp.nextAtMs).toBe(Number.POSITIVE_INFINITY);
    rampUp.apply(split(both), 5_000);
    expect(rampUp.nextAtMs).toBe(11_000);
    rampUp.apply(split(both), 34_000);
    expect(rampUp.nextAtMs).toBe(35_000);
  });

  test("a duration of 0 turns it off", () => {
    const rampUp = new RampUp(0);
    rampUp.beginAnew(0);
    rampUp.apply(split({ own: 100, other: "ejected" }), 5_000);
    expect(rampUp.apply(split(both), 10_000)).toEqual(split(both));
  });
});

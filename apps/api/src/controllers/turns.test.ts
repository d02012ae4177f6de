import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { Turns } from "./turns.ts";

function clocked() {
  const clock = { nowMs: 0 };
  return { clock, turns: new Turns(() => clock.nowMs) };
}

test("a turn is over after 20 ms, whoever used them, and the next one begins anew", async () => {
  const { clock, turns } = clocked();
  expect(turns.over()).toBeUndefined();
  clock.nowMs += 19;
  expect(turns.over()).toBeUndefined();
  clock.nowMs += 1;
  const [next, another] = [turns.over(), turns.over()];
  expect(another).toBeDefined();
  await next;
  expect(turns.over()).toBeUndefined();
});

test("time in which nothing was done is no turn", async () => {
  const { clock, turns } = clocked();
  expect(turns.over()).toBeUndefined();
  await nextTurn();
  clock.nowMs += 1_000;
  expect(turns.over()).toBeUndefined();
});

test("long work lets others in between its steps, and costs only its own time", async () => {
  const { clock, turns } = clocked();
  let others = 0;
  let working = true;
  const other = async () => {
    while (working) {
      await nextTurn();
      others += 1;
      clock.nowMs += 1_000;
    }
  };
  const done = other();
  function* steps(): Generator<undefined, string> {
    for (let step = 0; step < 10; step += 1) {
      clock.nowMs += 10;
      yield;
    }
    return "whole";
  }
  expect(await turns.take(steps())).toEqual({ result: "whole", costMs: 100 });
  working = false;
  await done;
  expect(others).toBeGreaterThanOrEqual(3);
});

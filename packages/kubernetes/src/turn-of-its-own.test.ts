import { expect, test } from "vitest";
import { turnOfItsOwn } from "./turn-of-its-own.ts";

test("those who ask at once get a turn each, in their order, and the event loop goes round between them", async () => {
  let round = 0;
  let waiting = 3;
  const goRound = () => {
    round += 1;
    if (waiting > 0) setImmediate(goRound);
  };
  setImmediate(goRound);
  const rounds: [name: string, round: number][] = [];
  await Promise.all(["first", "second", "third"].map(async (name) => {
    await turnOfItsOwn();
    rounds.push([name, round]);
    waiting -= 1;
  }));
  expect(rounds.map(([name]) => name)).toEqual(["first", "second", "third"]);
  expect(new Set(rounds.map(([, number]) => number)).size).toBe(3);
});

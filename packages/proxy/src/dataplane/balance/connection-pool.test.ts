import { expect, test } from "vitest";
import { ConnectionPool, type PooledConnection } from "./connection-pool.ts";

function connection(discarded: string[], name: string, safeIdleMs = Number.POSITIVE_INFINITY): PooledConnection & { name: string } {
  return { name, idleSinceMs: 0, safeIdleMs, discard: () => void discarded.push(name) };
}

test("last in, first out", () => {
  const pool = new ConnectionPool();
  const [one, two] = [connection([], "one"), connection([], "two")];
  pool.put(one, 0);
  pool.put(two, 1);
  expect([pool.take(2, true), pool.take(2, true), pool.take(2, true)]).toEqual([two, one, null]);
});

test.each([
  ["a replayable request", true, 20_000, Number.POSITIVE_INFINITY, true],
  ["a replayable request near the idle limit", true, 3_000, 2_500, false],
  ["another after less than a second", false, 1_000, Number.POSITIVE_INFINITY, true],
  ["another after more than a second", false, 1_001, Number.POSITIVE_INFINITY, false],
  ["another past half of the idle limit", false, 900, 500, false],
])("%s", (_, replayable, idleMs, safeIdleMs, taken) => {
  const pool = new ConnectionPool();
  pool.put(connection([], "one", safeIdleMs), 0);
  expect(pool.take(idleMs, replayable) !== null).toBe(taken);
});

test("the surplus is discarded, oldest first, and the rest when the destination goes away", () => {
  const pool = new ConnectionPool();
  const discarded: string[] = [];
  for (let index = 0; index < 258; index++) pool.put(connection(discarded, `${index}`), index);
  expect(discarded).toEqual(["0", "1"]);
  pool.clear();
  expect([pool.size, discarded.length]).toEqual([0, 258]);
});

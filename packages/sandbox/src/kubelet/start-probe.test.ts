import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Probe } from "./pod-spec.ts";
import { startProbe } from "./start-probe.ts";

const down = "connection refused";
let problem: string | undefined;
let attempts: number;
let results: [boolean, string | undefined][];
let stop: () => void;

function begin(probe: Probe, eager = false): void {
  const attempt = () => {
    attempts += 1;
    return Promise.resolve(problem);
  };
  stop = startProbe({ probe, attempt, eager, onResult: (isSuccess, why) => void results.push([isSuccess, why]) });
}

beforeEach(() => {
  vi.useFakeTimers();
  [problem, attempts, results] = [undefined, 0, []];
});
afterEach(() => {
  stop();
  vi.useRealTimers();
});

test("waits for the initial delay, then once a period; tells a success once", async () => {
  begin({ initialDelaySeconds: 5, periodSeconds: 2 });
  await vi.advanceTimersByTimeAsync(4_999);
  expect(attempts).toBe(0);
  await vi.advanceTimersByTimeAsync(1);
  expect([attempts, results]).toEqual([1, [[true, undefined]]]);
  await vi.advanceTimersByTimeAsync(6_000);
  expect([attempts, results.length]).toEqual([4, 1]);
});

test("fails only after as many failures in a row as the threshold says, three unless told, and says why", async () => {
  begin({ periodSeconds: 1 });
  await vi.advanceTimersByTimeAsync(0);
  problem = down;
  await vi.advanceTimersByTimeAsync(2_000);
  problem = undefined;
  await vi.advanceTimersByTimeAsync(1_000);
  problem = down;
  await vi.advanceTimersByTimeAsync(2_000);
  expect(results).toEqual([[true, undefined]]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(results).toEqual([[true, undefined], [false, down]]);
});

test("comes back only after as many successes in a row as the threshold says", async () => {
  begin({ periodSeconds: 1, failureThreshold: 1, successThreshold: 2 });
  problem = down;
  await vi.advanceTimersByTimeAsync(0);
  expect(results).toEqual([[false, down]]);
  problem = undefined;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(results).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(results.at(-1)).toEqual([true, undefined]);
});

test("eager: asks often until the first success, and what fails between two periods does not count", async () => {
  begin({ periodSeconds: 10, failureThreshold: 2 }, true);
  problem = down;
  await vi.advanceTimersByTimeAsync(9_900);
  expect(attempts).toBeGreaterThan(100);
  expect(results).toEqual([]);
  problem = undefined;
  await vi.advanceTimersByTimeAsync(50);
  expect(results).toEqual([[true, undefined]]);
  const asked = attempts;
  await vi.advanceTimersByTimeAsync(9_000);
  expect(attempts).toBe(asked);
});

test("stopped while it asks: neither tells nor asks again", async () => {
  begin({ periodSeconds: 1 });
  vi.advanceTimersByTime(0);
  stop();
  await vi.advanceTimersByTimeAsync(5_000);
  expect([attempts, results]).toEqual([1, []]);
});

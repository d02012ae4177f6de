import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { patience } from "./patience.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("ends after its time", async () => {
  const { signal } = patience(4_000);
  await vi.advanceTimersByTimeAsync(3_999);
  expect(signal.aborted).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(signal.reason).toMatchObject({ name: "TimeoutError" });
});

it("however late a timer is, it counts for one step, and the next begins only then", () => {
  const { signal } = patience(4_000);
  for (let step = 1; step < 8; step += 1) {
    expect([vi.getTimerCount(), signal.aborted]).toEqual([1, false]);
    vi.advanceTimersToNextTimer();
  }
  expect(signal.aborted).toBe(false);
  vi.advanceTimersToNextTimer();
  expect(signal.aborted).toBe(true);
});

it("leaves nothing behind once it is taken back", () => {
  const { end } = patience(4_000);
  vi.advanceTimersToNextTimer();
  end();
  expect(vi.getTimerCount()).toBe(0);
});

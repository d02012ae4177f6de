import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ApiError } from "./api-error.ts";
import { restMsMost, startReconcileLoop } from "./reconcile-loop.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("startReconcileLoop", () => {
  test("works on a key once however often it was added, and again if it was added meanwhile", async () => {
    const seen: string[] = [];
    const gates: (() => void)[] = [];
    const loop = startReconcileLoop({
      reconcile: (key) => {
        seen.push(key);
        return new Promise((resolve) => gates.push(() => resolve(undefined)));
      },
    });
    for (const key of ["a", "b", "a", "b", "a"]) loop.add(key);
    expect(seen).toEqual(["a"]);
    expect(loop.waiting).toBe(1);
    gates[0]?.();
    await vi.waitFor(() => expect(seen).toEqual(["a", "b"]));
    gates[1]?.();
    await vi.waitFor(() => expect(seen).toEqual(["a", "b", "a"]));
    gates[2]?.();
    await loop.stop();
    expect(seen).toEqual(["a", "b", "a"]);
  });

  test("waits as long as the API server asks, also where that failure is only the cause", async () => {
    const errors = [new Error("imports", { cause: new ApiError(429, "TooManyRequests", "later", undefined, 7) })];
    let looks = 0;
    const loop = startReconcileLoop({
      reconcile: async () => {
        looks++;
        const error = errors.pop();
        if (error !== undefined) await Promise.reject(error);
      },
    });
    loop.add("a");
    await vi.advanceTimersByTimeAsync(6_900);
    expect(looks).toBe(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(looks).toBe(2);
    await loop.stop();
  });

  test("never works on more keys at once than it may", async () => {
    let active = 0;
    let most = 0;
    const loop = startReconcileLoop({
      concurrency: 3,
      reconcile: async () => {
        most = Math.max(most, ++active);
        await Promise.resolve();
        active--;
      },
    });
    for (let index = 0; index < 20; index++) loop.add(`k${index}`);
    await vi.waitFor(() => expect([active, loop.waiting]).toEqual([0, 0]));
    expect(most).toBe(3);
    await loop.stop();
  });

  test("backs off a failing key, each for itself, and forgets its failures on success", async () => {
    const tries: Record<string, number[]> = { bad: [], good: [] };
    let broken = true;
    const errors: number[] = [];
    const start = Date.now();
    const loop = startReconcileLoop({
      random: () => 0,
      backoff: { firstMs: 100, mostMs: 300 },
      onError: (_key, _error, failures) => errors.push(failures),
      reconcile: async (key) => {
        tries[key]?.push(Date.now() - start);
        if (key === "bad" && broken) throw new Error("no");
      },
    });
    loop.add("bad");
    loop.add("good");
    await vi.advanceTimersByTimeAsync(900);
    expect(tries["bad"]).toEqual([0, 100, 300, 600, 900]);
    expect(tries["good"]).toEqual([0]);
    broken = false;
    await vi.advanceTimersByTimeAsync(300);
    broken = true;
    loop.add("bad");
    await vi.advanceTimersByTimeAsync(0);
    expect(errors.at(-1)).toBe(1);
    await loop.stop();
  });

  test("comes back when asked to, at the earliest of several wishes, and not after stop", async () => {
    let runs = 0;
    const loop = startReconcileLoop({
      reconcile: async () => {
        runs++;
        return { requeueAfterMs: 1000 };
      },
    });
    loop.addAfter("a", 50);
    loop.addAfter("a", 500);
    loop.addAfter("a", 20);
    await vi.advanceTimersByTimeAsync(20);
    expect(runs).toBe(1);
    await vi.advanceTimersByTimeAsync(999);
    expect(runs).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(runs).toBe(2);
    await loop.stop();
    await vi.advanceTimersByTimeAsync(5000);
    expect(runs).toBe(2);
  });

  test("rests for twice what a look cost, whatever is added meanwhile, and looks at once after quiet", async () => {
    const looks: number[] = [];
    const start = Date.now();
    let costMs = 100;
    const loop = startReconcileLoop({
      reconcile: async (key) => {
        if (key === "big") looks.push(Date.now() - start);
        return await Promise.resolve(key === "big" ? { costMs } : undefined);
      },
    });
    const addFor = async (ms: number) => {
      for (let passed = 0; passed < ms; passed += 10) {
        loop.add("big");
        loop.addAfter("big", 1);
        await vi.advanceTimersByTimeAsync(10);
      }
    };
    await addFor(990);
    expect(looks).toEqual([0, 200, 400, 600, 800]);
    // One more, for what was added last; then it is quiet.
    await vi.advanceTimersByTimeAsync(10_000);
    expect(looks).toEqual([0, 200, 400, 600, 800, 1_000]);
    costMs = 60_000;
    loop.add("big");
    await vi.advanceTimersByTimeAsync(0);
    expect(looks.at(-1)).toBe(10_990);
    loop.add("big");
    await vi.advanceTimersByTimeAsync(restMsMost - 1);
    expect(looks).toHaveLength(7);
    await vi.advanceTimersByTimeAsync(1);
    expect(looks).toHaveLength(8);
    await loop.stop();
    expect(vi.getTimerCount()).toBe(0);
  });

  test("a key that rests keeps no other waiting, and what was added while it was worked on comes after the rest", async () => {
    const seen: string[] = [];
    const gate = Promise.withResolvers<void>();
    const loop = startReconcileLoop({
      reconcile: async (key) => {
        seen.push(key);
        if (key === "big" && seen.length === 1) await gate.promise;
        return { costMs: key === "big" ? 50 : 0 };
      },
    });
    loop.add("big");
    loop.add("big");
    loop.add("small");
    gate.resolve();
    await vi.advanceTimersByTimeAsync(99);
    expect(seen).toEqual(["big", "small"]);
    loop.add("small");
    await vi.advanceTimersByTimeAsync(1);
    expect(seen).toEqual(["big", "small", "small", "big"]);
    await loop.stop();
  });
});

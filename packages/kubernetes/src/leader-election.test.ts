import { afterEach, describe, expect, test, vi } from "vitest";
import { ApiError, ConnectionError } from "./api-error.ts";
import type { KubernetesClient } from "./client.ts";
import type { Lease } from "./kinds.ts";
import { startLeaderElection, type LeaderElection } from "./leader-election.ts";

/** The three calls that an election makes, on one Lease in memory. */
function createLeaseStore() {
  let stored: Lease | undefined;
  let version = 0;
  const down = new Set<string>();
  /** Whose writes are made, and never answered. */
  const silent = new Set<string>();
  const answer = (who: string) => {
    if (down.has(who)) throw new ConnectionError("refused", "down");
  };
  const write = (lease: Lease): Lease => {
    stored = { ...lease, metadata: { ...lease.metadata, resourceVersion: String(++version) } };
    return stored;
  };
  const clientOf = (who: string): KubernetesClient => {
    const calls = {
      get: async () => {
        answer(who);
        if (stored === undefined) throw new ApiError(404, "NotFound", "none");
        return stored;
      },
      create: async (_type: unknown, lease: Lease) => {
        answer(who);
        if (stored !== undefined) throw new ApiError(409, "AlreadyExists", "there");
        return write(lease);
      },
      replace: async (_type: unknown, lease: Lease, { signal }: { signal: AbortSignal }) => {
        answer(who);
        if (lease.metadata.resourceVersion !== stored?.metadata.resourceVersion) throw new ApiError(409, "Conflict", "changed");
        const written = write(lease);
        if (silent.delete(who)) await new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new ConnectionError("aborted", "aborted"))));
        return written;
      },
    };
    return calls as unknown as KubernetesClient;
  };
  return { clientOf, down, silent, lease: () => stored };
}

const elections: LeaderElection[] = [];
afterEach(async () => {
  await Promise.all(elections.splice(0).map((election) => election.stop()));
  vi.useRealTimers();
});

function setUp() {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  const store = createLeaseStore();
  const log: string[] = [];
  const sleep = (ms: number, signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      signal.addEventListener("abort", () => {
        clearTimeout(timer);
        resolve();
      });
    });
  const run = (identity: string) => {
    const election = startLeaderElection({
      client: store.clientOf(identity),
      namespace: "n",
      name: "l",
      identity,
      random: () => 0,
      sleep,
      lead: async (signal) => {
        log.push(`${identity} leads`);
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        log.push(`${identity} ends`);
      },
    });
    elections.push(election);
    return election;
  };
  return { store, log, run };
}

describe("startLeaderElection", () => {
  test("one leads, the other takes over at once when it stops", async () => {
    const { store, log, run } = setUp();
    const a = run("a");
    await vi.advanceTimersByTimeAsync(10);
    const b = run("b");
    await vi.advanceTimersByTimeAsync(60_000);
    expect([a.isLeader, b.isLeader, b.leader]).toEqual([true, false, "a"]);
    await a.stop();
    expect(store.lease()?.spec.holderIdentity).toBe("");
    await vi.advanceTimersByTimeAsync(2_000);
    expect(b.isLeader).toBe(true);
    expect(log).toEqual(["a leads", "a ends", "b leads"]);
    expect(store.lease()?.spec).toMatchObject({ holderIdentity: "b", leaseTransitions: 1 });
    expect(store.lease()?.spec.renewTime).toMatch(/\.\d{6}Z$/);
  });

  test("a renewal that was under way when it is told to end keeps nobody waiting", async () => {
    const { store, run } = setUp();
    const a = run("a");
    await vi.advanceTimersByTimeAsync(10);
    store.silent.add("a");
    await vi.advanceTimersByTimeAsync(3_000);
    expect(store.silent.size).toBe(0);
    await a.stop();
    expect(store.lease()?.spec.holderIdentity).toBe("");
  });

  test("a leader that can't renew ends before another may begin", async () => {
    const { store, log, run } = setUp();
    const a = run("a");
    await vi.advanceTimersByTimeAsync(10);
    const b = run("b");
    await vi.advanceTimersByTimeAsync(5_000);
    store.down.add("a");
    await vi.advanceTimersByTimeAsync(12_000);
    expect(log).toEqual(["a leads", "a ends"]);
    await vi.advanceTimersByTimeAsync(8_000);
    expect(log).toEqual(["a leads", "a ends", "b leads"]);
    store.down.clear();
    await vi.advanceTimersByTimeAsync(5_000);
    expect([a.isLeader, a.leader, b.isLeader]).toEqual([false, "b", true]);
  });

  test("a leader that missed its turn for a moment goes on", async () => {
    const { store, log, run } = setUp();
    const a = run("a");
    await vi.advanceTimersByTimeAsync(10);
    store.down.add("a");
    await vi.advanceTimersByTimeAsync(6_000);
    store.down.clear();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(a.isLeader).toBe(true);
    expect(log).toEqual(["a leads"]);
  });
});

import fc from "fast-check";
import { expect, test } from "vitest";
import {
  adoptPort,
  allocatePort,
  endQuarantine,
  findPort,
  firstListenPort,
  freePort,
  lastListenPort,
  noPortRecords,
  portRecordsSchema,
  quarantineMs,
  type PortRecords,
} from "./port-records.ts";

const owner = (serviceUid: string, port = 8080) => ({ serviceUid, namespace: "httpbin", service: "httpbin", port });
const noConnections = () => 0;
const start = Date.parse("2026-01-01T00:00:00Z");

function allocated(records: PortRecords, who = owner("a")): PortRecords {
  return allocatePort(records, who).records;
}

test("allocates from the bottom and is idempotent", () => {
  const records = allocated(allocated(noPortRecords), owner("b"));
  expect(records.ports.map((record) => [record.serviceUid, record.listenPort])).toEqual([["a", 10_000], ["b", 10_001]]);
  expect(allocatePort(records, owner("a"))).toEqual({ records, listenPort: 10_000 });
});

test("a freed port is quarantined for an hour, and for as long as a connection is open", () => {
  const freed = freePort(allocated(noPortRecords), owner("a"), start);
  expect(freed.ports[0]).toMatchObject({ state: "quarantined", freedAt: "2026-01-01T00:00:00.000Z" });
  expect(allocatePort(freed, owner("b")).listenPort).toBe(10_001);
  expect(endQuarantine(freed, start + quarantineMs - 1, noConnections)).toBe(freed);
  expect(endQuarantine(freed, start + quarantineMs, () => 1)).toBe(freed);
  const over = endQuarantine(freed, start + quarantineMs, noConnections);
  expect(allocatePort(over, owner("b")).listenPort).toBe(10_000);
  expect(freePort(freed, owner("a"), start + 5)).toBe(freed);
});

test("a quarantined port comes back to the same owner", () => {
  const freed = freePort(allocated(noPortRecords), owner("a"), start);
  expect(allocatePort(freed, owner("a"))).toEqual({ records: allocated(noPortRecords), listenPort: 10_000 });
});

test("live slices outrank a restored record", () => {
  const records = adoptPort(allocated(noPortRecords), owner("b"), 10_000);
  expect(records.ports).toMatchObject([{ serviceUid: "b", listenPort: 10_000, state: "bound" }]);
  expect(allocatePort(records, owner("a")).listenPort).toBe(10_001);
  expect(adoptPort(records, owner("b"), 10_000)).toBe(records);
});

test("exhaustion is a value, not a loop", () => {
  const ports = Array.from({ length: lastListenPort - firstListenPort + 1 }, (_, index) => ({
    ...owner(`uid-${index}`),
    listenPort: firstListenPort + index,
    state: "bound" as const,
  }));
  expect(allocatePort({ version: 1, ports }, owner("late")).listenPort).toBeUndefined();
});

test("refuses a record in which a port or an owner stands twice", () => {
  const record = { ...owner("a"), listenPort: 10_000, state: "bound" };
  const result = portRecordsSchema.safeParse({ version: 1, ports: [record, { ...record, serviceUid: "b" }, { ...record, listenPort: 10_001 }] });
  expect(result.error?.issues.map((issue) => issue.path)).toEqual([["ports", 1, "listenPort"], ["ports", 2, "serviceUid"]]);
});

test("whatever happens, a bound port never changes its owner and the record stays valid", () => {
  const step = fc.record({ who: fc.integer({ min: 0, max: 4 }), what: fc.constantFrom("allocate", "free", "end"), afterMs: fc.nat(quarantineMs) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let records = noPortRecords;
      let nowMs = start;
      for (const { who, what, afterMs } of steps) {
        nowMs += afterMs;
        const before = records;
        if (what === "allocate") records = allocatePort(records, owner(`${who}`)).records;
        else if (what === "free") records = freePort(records, owner(`${who}`), nowMs);
        else records = endQuarantine(records, nowMs, noConnections);
        expect(portRecordsSchema.safeParse(records).success).toBe(true);
        for (const record of before.ports.filter(({ state }) => state === "bound")) {
          if (what === "free" && record.serviceUid === `${who}`) continue;
          expect(findPort(records, record)?.listenPort).toBe(record.listenPort);
        }
      }
    }),
  );
});

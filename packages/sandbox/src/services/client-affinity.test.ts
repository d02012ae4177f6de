import { describe, expect, it } from "vitest";
import type { Backend } from "./choose-backends.ts";
import { ClientAffinity } from "./client-affinity.ts";

const [a, b, c]: Backend[] = [1, 2, 3].map((last) => ({ ip: `127.0.0.${last}`, port: 80 })) as [Backend, Backend, Backend];
const at = (nowMs: number) => ({ nowMs, timeoutMs: 100 });

describe("ClientAffinity", () => {
  it("keeps a client where it was, and each client by itself", () => {
    const affinity = new ClientAffinity();
    expect(affinity.pick("one", [a, b, c], at(0), () => b)).toBe(b);
    expect(affinity.pick("two", [a, b, c], at(0), () => c)).toBe(c);
    // The slices were written anew: what counts is the address.
    expect(affinity.pick("one", [a, { ...b }, c], at(50), () => a)).toEqual(b);
    expect(affinity.pick("two", [a, b, c], at(50), () => a)).toBe(c);
  });

  it("forgets after the time since the last connection, not since the first", () => {
    const affinity = new ClientAffinity();
    affinity.pick("one", [a, b], at(0), () => a);
    expect(affinity.pick("one", [a, b], at(99), () => b)).toBe(a);
    expect(affinity.pick("one", [a, b], at(198), () => b)).toBe(a);
    expect(affinity.pick("one", [a, b], at(298), () => b)).toBe(b);
  });

  it("chooses anew when the backend is gone, or nobody is there", () => {
    const affinity = new ClientAffinity();
    affinity.pick("one", [a, b], at(0), () => a);
    expect(affinity.pick("one", [b, c], at(1), () => c)).toBe(c);
    expect(affinity.pick("one", [], at(2), () => undefined)).toBeUndefined();
  });
});

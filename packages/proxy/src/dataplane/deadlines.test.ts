import fc from "fast-check";
import { expect, test } from "vitest";
import { clearDeadline, createDeadline, DeadlineList } from "./deadlines.ts";

test("what is due expires once, in its order; what was cleared or moved does not", () => {
  const list = new DeadlineList(10);
  const expired: string[] = [];
  const [a, b, c] = ["a", "b", "c"].map((name) => createDeadline(() => expired.push(name))) as [ReturnType<typeof createDeadline>, ReturnType<typeof createDeadline>, ReturnType<typeof createDeadline>];
  list.set(a, 0);
  list.set(b, 1);
  list.set(c, 2);
  clearDeadline(b);
  list.set(a, 5);
  list.sweep(12);
  expect(expired).toEqual(["c"]);
  list.sweep(15);
  list.sweep(100);
  expect(expired).toEqual(["c", "a"]);
});

test("a list behaves as a table of times", () => {
  const step = fc.record({ index: fc.nat(5), clear: fc.boolean(), laterMs: fc.nat(8) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const list = new DeadlineList(10);
      const due = new Map<number, number>();
      const expired = new Set<number>();
      const deadlines = Array.from({ length: 6 }, (_, index) => createDeadline(() => expired.add(index)));
      let nowMs = 0;
      for (const { index, clear, laterMs } of steps) {
        nowMs += laterMs;
        const deadline = deadlines[index];
        if (deadline === undefined) continue;
        if (clear) clearDeadline(deadline);
        else list.set(deadline, nowMs);
        if (clear) due.delete(index);
        else due.set(index, nowMs + 10);
        expired.clear();
        list.sweep(nowMs);
        const wanted = [...due].filter(([, atMs]) => atMs <= nowMs).map(([key]) => key);
        for (const key of wanted) due.delete(key);
        expect(new Set(expired)).toEqual(new Set(wanted));
      }
    }),
  );
});

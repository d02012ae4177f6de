import { describe, expect, it } from "vitest";
import { evaluateCel } from "./evaluate-cel.ts";
import { parseCel } from "./parse-cel.ts";

const self = { type: "Locality", targets: [{ key: "a", weight: 1 }, { key: "b" }], name: "x-1", count: 3 };

describe("CEL subset", () => {
  it.each([
    ["self.type != 'Locality' || size(self.targets) <= 1", false],
    ["size(self.targets) == 2 && self.count > 2", true],
    ["self.targets.all(t, has(t.key))", true],
    ["self.targets.exists(t, has(t.weight) && t.weight == 1)", true],
    ["self.targets.filter(t, t.key in ['a', 'z']).size() == 1", true],
    ["self.name.startsWith('x') && self.name.matches('^[a-z]-[0-9]$')", true],
    ["has(self.none) ? self.none == 1 : self.count % 2 == 1", true],
    ["!(self.count * 2 - 1 == 5)", false],
    ["self.targets[1].key == \"b\"", true],
    ["self.none == 1 || true", true],
    ["self.count / 2 == 1", true],
  ])("%s is %s", (rule, value) => {
    expect(evaluateCel(parseCel(rule), { self })).toBe(value);
  });

  it("fails for what is not there, and for what it can't read", () => {
    expect(() => evaluateCel(parseCel("self.none == 1"), { self })).toThrow("no such key: none");
    expect(() => parseCel("self.a ~ 1")).toThrow("can't read");
    expect(() => parseCel("self.a ==")).toThrow("expected a name");
    expect(() => parseCel("self.a b")).toThrow("unexpected");
  });
});

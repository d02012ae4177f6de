import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { builtInSchema } from "../schema/built-in-schema.ts";
import { applyJsonPatch } from "./json-patch.ts";
import { applyMergePatch } from "./merge-patch.ts";
import { applyStrategicMergePatch } from "./strategic-merge-patch.ts";

describe("JSON Patch", () => {
  // RFC 6902, appendix A.
  it.each([
    ["adds a member", { foo: "bar" }, [{ op: "add", path: "/baz", value: "qux" }], { baz: "qux", foo: "bar" }],
    ["adds into an array", { foo: ["bar", "baz"] }, [{ op: "add", path: "/foo/1", value: "qux" }], { foo: ["bar", "qux", "baz"] }],
    ["adds to the end of an array", { foo: ["bar"] }, [{ op: "add", path: "/foo/-", value: ["abc"] }], { foo: ["bar", ["abc"]] }],
    ["removes from an array", { foo: ["bar", "qux", "baz"] }, [{ op: "remove", path: "/foo/1" }], { foo: ["bar", "baz"] }],
    ["replaces", { baz: "qux", foo: "bar" }, [{ op: "replace", path: "/baz", value: "boo" }], { baz: "boo", foo: "bar" }],
    ["moves", { foo: { bar: 1, waldo: 2 }, qux: {} }, [{ op: "move", from: "/foo/waldo", path: "/qux/thud" }], { foo: { bar: 1 }, qux: { thud: 2 } }],
    ["moves inside an array", { foo: ["a", "b", "c"] }, [{ op: "move", from: "/foo/0", path: "/foo/2" }], { foo: ["b", "c", "a"] }],
    ["copies", { a: { b: 1 } }, [{ op: "copy", from: "/a", path: "/c" }], { a: { b: 1 }, c: { b: 1 } }],
    ["unescapes pointers", { "/": 9, "~1": 10 }, [{ op: "test", path: "/~01", value: 10 }, { op: "remove", path: "/~1" }], { "~1": 10 }],
  ])("%s", (_name, document, patch, result) => {
    const before = structuredClone(document);
    expect(applyJsonPatch(document, patch)).toEqual(result);
    expect(document).toEqual(before);
  });

  it.each([
    ["a failed test", { a: 1 }, [{ op: "test", path: "/a", value: 2 }], 422],
    ["a missing target", { a: 1 }, [{ op: "remove", path: "/b" }], 422],
    ["a missing parent", { a: 1 }, [{ op: "add", path: "/b/c", value: 1 }], 422],
    ["an index beyond the end", { a: [1] }, [{ op: "add", path: "/a/2", value: 1 }], 422],
    ["an unknown operation", {}, [{ op: "spin", path: "/a" }], 400],
    ["a body that is no array", {}, { op: "add" }, 400],
  ])("refuses %s", (_name, document, patch, code) => {
    expect(() => applyJsonPatch(document, patch)).toThrow(expect.objectContaining({ code }) as Error);
  });
});

describe("JSON Merge Patch", () => {
  // RFC 7396, appendix A.
  it.each([
    [{ a: "b" }, { a: "c" }, { a: "c" }],
    [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
    [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
    [{ a: "foo" }, "bar", "bar"],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])("%j with %j is %j", (target, patch, result) => {
    expect(applyMergePatch(target, patch)).toEqual(result);
  });

  it("is idempotent", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.dictionary(fc.string(), fc.jsonValue()), (target, patch) => {
        const once = applyMergePatch(target, patch);
        expect(applyMergePatch(once, patch)).toEqual(once);
      }),
    );
  });
});

describe("strategic merge patch", () => {
  const schema = builtInSchema("apps", "Deployment");
  const pod = (containers: unknown[], more: Record<string, unknown> = {}): unknown => ({ spec: { template: { spec: { containers, ...more } } } });
  const base = pod([{ name: "a", image: "a:1", ports: [{ containerPort: 80 }, { containerPort: 81 }] }, { name: "b", image: "b:1" }]);

  it.each([
    ["merges by name", pod([{ name: "b", image: "b:2" }]), pod([{ name: "a", image: "a:1", ports: [{ containerPort: 80 }, { containerPort: 81 }] }, { name: "b", image: "b:2" }])],
    ["deletes by directive", pod([{ name: "a", $patch: "delete" }]), pod([{ name: "b", image: "b:1" }])],
    ["replaces a list", pod([{ $patch: "replace" }, { name: "c", image: "c" }]), pod([{ name: "c", image: "c" }])],
    ["merges lists in lists", pod([{ name: "a", ports: [{ containerPort: 80, $patch: "delete" }] }]), pod([{ name: "a", image: "a:1", ports: [{ containerPort: 81 }] }, { name: "b", image: "b:1" }])],
    ["replaces an object", { spec: { template: { $patch: "replace", metadata: {} } } }, { spec: { template: { metadata: {} } } }],
    ["removes by null", { spec: { template: null } }, { spec: {} }],
  ])("%s", (_name, patch, result) => {
    expect(applyStrategicMergePatch(base, patch, schema)).toEqual(result);
  });

  it("orders, retains keys, and deletes from lists of scalars", () => {
    const ordered = applyStrategicMergePatch(base, { spec: { template: { spec: { "$setElementOrder/containers": [{ name: "b" }, { name: "a" }], containers: [{ name: "a", image: "a:2" }] } } } }, schema);
    expect(ordered).toMatchObject(pod([{ name: "b" }, { name: "a", image: "a:2" }]) as object);
    const strategy = { spec: { strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1 } } } };
    expect(applyStrategicMergePatch(strategy, { spec: { strategy: { $retainKeys: ["type"], type: "Recreate" } } }, schema)).toEqual({ spec: { strategy: { type: "Recreate" } } });
    const held = { metadata: { finalizers: ["a", "b"] } };
    expect(applyStrategicMergePatch(held, { metadata: { "$deleteFromPrimitiveList/finalizers": ["a"], finalizers: ["c"] } }, schema)).toEqual({ metadata: { finalizers: ["b", "c"] } });
  });

  it("refuses an item without its merge key", () => {
    expect(() => applyStrategicMergePatch(base, pod([{ image: "x" }]), schema)).toThrow("does not contain declared merge key: name");
  });
});

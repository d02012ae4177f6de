import { describe, expect, it } from "vitest";
import type { ApiObject } from "../api-object.ts";
import { parseFieldSelector, parseLabelSelector } from "./selector.ts";

const object = (labels: Record<string, string>): ApiObject => ({ apiVersion: "v1", kind: "Pod", metadata: { name: "one", namespace: "here", labels }, spec: { nodeName: "n1" }, status: { phase: "Running" } });

describe("label selectors", () => {
  it.each([
    ["", {}, true],
    ["a=1", { a: "1" }, true],
    ["a==1", { a: "2" }, false],
    ["a!=1", {}, true],
    ["a!=1", { a: "1" }, false],
    ["a in (1, 2),b", { a: "2", b: "" }, true],
    ["a notin (1,2)", { a: "2" }, false],
    ["a notin (1,2)", {}, true],
    ["!a", { a: "" }, false],
    ["example.com/app=x", { "example.com/app": "x" }, true],
    ["n>3", { n: "4" }, true],
    ["n<3", { n: "4" }, false],
    ["constructor", {}, false],
  ])("%j of %j is %s", (text, labels, matches) => {
    expect(parseLabelSelector(text)(object(labels))).toBe(matches);
  });

  it("refuses what it can't read", () => {
    expect(() => parseLabelSelector("a=b=c")).toThrow("unable to parse requirement");
  });
});

describe("field selectors", () => {
  it.each([
    ["metadata.name=one", true],
    ["metadata.namespace!=here", false],
    ["spec.nodeName=n1,status.phase=Running", true],
    ["status.phase!=Running", false],
  ])("%s is %s", (text, matches) => {
    expect(parseFieldSelector(text, "pods")(object({}))).toBe(matches);
  });

  it("refuses fields that are not indexed", () => {
    expect(() => parseFieldSelector("spec.foo=1", "pods")).toThrow("field label not supported: spec.foo");
  });
});

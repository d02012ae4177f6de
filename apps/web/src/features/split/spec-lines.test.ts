import { expect, it } from "vitest";
import { specLines } from "./spec-lines.ts";

it("writes a policy's spec as YAML", () => {
  expect(specLines({ lbType: "ActiveActive", targets: [{ clusterKey: "a/b/c/d", weight: 10 }, { clusterKey: "e" }] })).toBe(
    "lbType: ActiveActive\ntargets:\n- clusterKey: a/b/c/d\n  weight: 10\n- clusterKey: e",
  );
  expect(specLines({ lbType: "Locality", targets: [] })).toBe("lbType: Locality\ntargets: []");
});

it("has nothing to write where there is no object", () => expect(specLines(null)).toBe(""));

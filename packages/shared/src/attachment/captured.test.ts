import { expect, test } from "vitest";
import { capturedAfterMs, capturedVerdict } from "./captured.ts";

const since = 1_000_000;
const pod = (createdAtMs: number) => ({ name: "p", uid: "p", createdAtMs, labels: {}, mesh: undefined });
const young = pod(since + capturedAfterMs);
const old = pod(since + capturedAfterMs - 1);
const many = ["shop/g", "shop/f", "shop/e", "shop/d", "shop/c", "shop/b", "shop/a"];

test.each<[string, { pods: ReturnType<typeof pod>[]; bypasses: string[] }, "Inline" | "Beside", number | undefined, string, RegExp]>([
  ["Beside", { pods: [young], bypasses: [] }, "Beside", since, "NotInline", /without a proxy/],
  ["the clock has not begun", { pods: [young], bypasses: [] }, "Inline", undefined, "NotInline", /without a proxy/],
  ["every pod is younger", { pods: [young, young], bypasses: [] }, "Inline", since, "Captured", /no connection bypasses/],
  ["no pod at all", { pods: [], bypasses: [] }, "Inline", since, "Captured", /no connection bypasses/],
  ["one pod is older", { pods: [young, old], bypasses: [] }, "Inline", since, "OlderPods", /^1 of 2 pods are older.*roll the pods after 1970-01-01T00:17:40Z to end them$/],
  ["another Service", { pods: [young], bypasses: ["shop/direct"] }, "Inline", since, "Bypassed", /^Services lead.*: shop\/direct; attach them too/],
  ["both", { pods: [old], bypasses: ["shop/direct"] }, "Inline", since, "OlderPods", /^1 of 1 pods are older.*past the proxies: shop\/direct;/],
  ["many other Services", { pods: [young], bypasses: many }, "Inline", since, "Bypassed", /: shop\/a, shop\/b, shop\/c, shop\/d, shop\/e and 2 more;/],
])("Captured when %s", (_case, observed, stage, inlineSinceMs, reason, message) => {
  const verdict = capturedVerdict(observed, stage, inlineSinceMs);
  expect(verdict.message).toMatch(message);
  expect(verdict).toMatchObject({ reason, status: reason === "Captured" ? "True" : "False" });
});

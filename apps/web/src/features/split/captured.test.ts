import { expect, it } from "vitest";
import { capturedOf, readOlderPods } from "./captured.ts";

const condition = (status: "True" | "False", message: string) => ({ type: "Captured", status, reason: "OlderPods", message, lastTransitionTime: "2026-11-20T09:12:00Z" });

it("claims that everything is captured only by the condition", () => {
  expect(capturedOf({ attachment: "Inline", conditions: [condition("True", "every pod is younger")] })).toEqual({ id: "captured" });
  expect(capturedOf({ attachment: "Inline", conditions: [] })).toEqual({ id: "unknown" });
  expect(capturedOf({ attachment: "Detached", conditions: [condition("True", "")] })).toEqual({ id: "unknown" });
});

it("tells how many pods are older, or the message as it is", () => {
  expect(capturedOf({ attachment: "Inline", conditions: [condition("False", "2 of 3 pods are older than the attachment: connections stay")] })).toEqual({ id: "older-pods", older: "2", all: "3", rollAfterMs: null, bypasses: null });
  const bypassed = "Services lead to the same pods past the proxies: shop/a, shop/b; attach them too";
  expect(capturedOf({ attachment: "Inline", conditions: [condition("False", bypassed)] })).toEqual({ id: "bypassed", bypasses: "shop/a, shop/b" });
  expect(capturedOf({ attachment: "Inline", conditions: [condition("False", `1 of 3 pods are older than the attachment: roll them. ${bypassed}`)] })).toEqual({ id: "older-pods", older: "1", all: "3", rollAfterMs: null, bypasses: "shop/a, shop/b" });
  expect(capturedOf({ attachment: "Inline", conditions: [condition("False", "connections reach the pods")] })).toEqual({ id: "open", message: "connections reach the pods" });
});

it("tells from when on rolled pods are young enough", () => {
  const message = "3 of 3 pods are older than the attachment: connections opened before it stay local until they close; roll the pods after 2026-11-20T09:13:00Z to end them";
  expect(readOlderPods(message)).toEqual({ older: "3", all: "3", rollAfterMs: Date.UTC(2026, 10, 20, 9, 13) });
});

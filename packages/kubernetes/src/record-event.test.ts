import { describe, expect, test } from "vitest";
import type { KubernetesClient } from "./client.ts";
import type { KubernetesEvent } from "./kinds.ts";
import { createEventRecorder } from "./record-event.ts";

function setUp() {
  const created: KubernetesEvent[] = [];
  const patched: unknown[] = [];
  let nowMs = Date.parse("2026-01-01T00:00:00Z");
  const client = {
    create: async (_type: unknown, event: KubernetesEvent) => {
      if (event.reason === "Broken") throw new Error("refused");
      created.push(event);
      return event;
    },
    patch: async (_type: unknown, _ref: unknown, patch: { body: unknown }) => void patched.push(patch.body),
  } as unknown as KubernetesClient;
  const errors: unknown[] = [];
  const recorder = createEventRecorder({ client, component: "sluice-attach", now: () => nowMs, onError: (error) => errors.push(error) });
  return { created, patched, errors, recorder, pass: (ms: number) => (nowMs += ms) };
}

const service = { apiVersion: "v1", kind: "Service", metadata: { namespace: "shop", name: "web", uid: "u" } };

describe("createEventRecorder", () => {
  test("creates an Event, and counts repetitions in it", async () => {
    const { created, patched, recorder, pass } = setUp();
    const note = { type: "Normal", reason: "Attached", message: "is Inline" } as const;
    recorder.record(service, note);
    pass(1000);
    recorder.record(service, note);
    recorder.record(service, { ...note, message: "another" });
    await recorder.flush();
    expect(created.map((event) => event.message)).toEqual(["is Inline", "another"]);
    expect(created[0]).toMatchObject({ metadata: { namespace: "shop" }, involvedObject: { kind: "Service", uid: "u" }, count: 1, source: { component: "sluice-attach" } });
    expect(patched).toEqual([{ count: 2, lastTimestamp: "2026-01-01T00:00:01Z" }]);
    pass(700_000);
    recorder.record(service, note);
    await recorder.flush();
    expect(created).toHaveLength(3);
  });

  test("cuts a flood about one object, not about another, and survives failures", async () => {
    const { created, errors, recorder } = setUp();
    recorder.record(service, { type: "Warning", reason: "Broken", message: "x" });
    for (let index = 0; index < 60; index++) recorder.record(service, { type: "Warning", reason: "Flood", message: `${index}` });
    recorder.record({ ...service, metadata: { ...service.metadata, uid: "v" } }, { type: "Normal", reason: "Fine", message: "y" });
    await recorder.flush();
    expect(errors).toHaveLength(1);
    expect(created.filter((event) => event.reason === "Flood")).toHaveLength(24);
    expect(created.at(-1)?.reason).toBe("Fine");
  });
});

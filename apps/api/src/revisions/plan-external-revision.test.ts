import type { GlobalTrafficPolicy } from "@sluice/shared/policy/global-traffic-policy-schema";
import { expect, it } from "vitest";
import { decodeRevision } from "./revision-record.ts";
import { planExternalRevision } from "./plan-external-revision.ts";

const nowMs = Date.parse("2026-01-02T12:00:00.500Z");
const policy = (generation: number, time?: string): GlobalTrafficPolicy => ({
  apiVersion: "flomesh.io/v1alpha1",
  kind: "GlobalTrafficPolicy",
  metadata: { namespace: "httpbin", name: "httpbin", uid: "u", generation, ...(time === undefined ? {} : { managedFields: [{ manager: "kubectl-edit", time, fieldsV1: { "f:spec": {} } }] }) },
  spec: { lbType: "ActiveActive", targets: [{ clusterKey: "d/d/d/b", weight: generation }] },
});
const recorded = (present: GlobalTrafficPolicy, history: NonNullable<ReturnType<typeof decodeRevision>>[]) => {
  const object = planExternalRevision(present, history, nowMs);
  return object === undefined ? undefined : decodeRevision(object);
};

it("records a generation that nobody recorded, once, by who wrote it and when", () => {
  const first = recorded(policy(1, "2026-01-02T11:00:00Z"), []);
  expect(first).toMatchObject({ number: 1, before: null, actor: "unattributed (kubectl-edit)", intent: "external", reviewed: false, generation: 1, at: "2026-01-02T11:00:00.000Z" });
  if (first === undefined) throw new Error("nothing was recorded");
  expect(recorded(policy(1, "2026-01-02T11:00:00Z"), [first])).toBeUndefined();
  expect(recorded(policy(2), [first])).toMatchObject({ number: 2, before: first.spec, at: "2026-01-02T12:00:00.500Z" });
});

it("never lies before the revision that it follows, since written times have whole seconds", () => {
  const first = recorded(policy(1), []);
  expect(recorded(policy(2, "2026-01-02T12:00:00Z"), first === undefined ? [] : [first])).toMatchObject({ atMs: nowMs });
});

it("records no spec that the schema refuses", () => {
  const wrong = { ...policy(1), spec: { lbType: "Nonsense", targets: [] } } as unknown as GlobalTrafficPolicy;
  expect(planExternalRevision(wrong, [], nowMs)).toBeUndefined();
});

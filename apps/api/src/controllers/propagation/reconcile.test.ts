import type { ServiceExport } from "@sluice/shared/export/service-export-schema";
import type { MemberView } from "@sluice/shared/propagation/plan-imports";
import { expect, it } from "vitest";
import { keyFor } from "../../testing/make-world.ts";
import type { PropagationObservation } from "./observe.ts";
import { planPropagation, type PropagationPlan } from "./reconcile.ts";

const httpbin = { namespace: "httpbin", name: "httpbin" };
const exported = { apiVersion: "flomesh.io/v1alpha1", kind: "ServiceExport", metadata: { ...httpbin, uid: "e" }, spec: { rules: [{ portNumber: 8080, path: "/a", pathType: "Prefix" }], serviceAccountName: "*", sessionSticky: false, loadBalancer: "RoundRobinLoadBalancer", targetClusters: [] } } as ServiceExport;

function view(name: string, given: Partial<MemberView> = {}): MemberView {
  const service = { apiVersion: "v1" as const, kind: "Service" as const, metadata: { ...httpbin }, spec: { ports: [{ port: 8080 }] } };
  return { key: keyFor(name), state: "listed", gateway: { host: name, ip: "", port: 80 }, exports: [], services: [service], imports: [], usedPaths: [], namespaces: ["httpbin"], ...given };
}

function planned(observation: PropagationObservation): PropagationPlan {
  const steps = planPropagation(observation);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

const refusedOf = (name: string) => ({ memberKey: keyFor(name), object: exported, message: "spec.rules: too short" });

it("plans the imports of all members and judges their exports", () => {
  const { actions, exports } = planned({ views: [view("a", { exports: [exported] }), view("b")], refused: [] });
  expect(actions.map(({ memberKey, action }) => [memberKey, action])).toEqual([[keyFor("b"), "create"]]);
  expect(exports.map(({ memberKey, valid }) => [memberKey, valid.status])).toEqual([[keyFor("a"), "True"]]);
});

it("tells an export that the schema refuses what to correct, beside the verdicts on the others", () => {
  const { actions, exports } = planned({ views: [view("a"), view("b", { exports: [exported] })], refused: [refusedOf("a")] });
  expect(actions.map(({ memberKey }) => memberKey)).toEqual([keyFor("a")]);
  expect(exports.map(({ memberKey }) => memberKey)).toEqual([keyFor("b"), keyFor("a")]);
  expect(exports[1]).toMatchObject({ ...httpbin, valid: { status: "False", reason: "SpecInvalid", message: "spec.rules: too short; correct the ServiceExport" }, conflict: { status: "False", reason: "NotJudged" } });
});

it.each(["stale", "leaving"] as const)("writes no verdict to a member that is %s", (state) => {
  expect(planned({ views: [view("a", { state }), view("b")], refused: [refusedOf("a")] }).exports).toEqual([]);
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ReplicaSet, Workload } from "../workload-kinds.ts";
import { hashLabel, planDeployment, revisionAnnotation } from "./plan-deployment.ts";
import { templateHash } from "./template-hash.ts";

const template = (image: string): Workload["spec"]["template"] => ({ metadata: { labels: { app: "a" } }, spec: { containers: [{ name: "a", image }] } });
const workload = (spec: Partial<Workload["spec"]>): Workload => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "a", namespace: "n", generation: 1 },
  spec: { replicas: 3, selector: { matchLabels: { app: "a" } }, template: template("new"), ...spec },
});
const set = (image: string, replicas: number, available: number, revision: number): ReplicaSet => ({
  apiVersion: "apps/v1",
  kind: "ReplicaSet",
  metadata: { name: image, namespace: "n", labels: { [hashLabel]: templateHash(template(image)) }, annotations: { [revisionAnnotation]: String(revision) } },
  spec: { replicas, selector: {}, template: template(image) },
  status: { replicas, readyReplicas: available, availableReplicas: available },
});

describe("planDeployment", () => {
  it("keeps surge and unavailability within their bounds at every step, and arrives", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 4 }), (replicas, maxSurge, maxUnavailable) => {
        const deployment = workload({ replicas, strategy: { rollingUpdate: { maxSurge, maxUnavailable } } });
        const unavailableMax = maxSurge === 0 && maxUnavailable === 0 ? 1 : maxUnavailable;
        let sets = [set("old", replicas, replicas, 1)];
        for (let step = 0; step < 60; step += 1) {
          for (const action of planDeployment(deployment, sets, 0).actions) {
            if (action.do === "create") sets = [...sets, set("new", action.replicas, 0, action.revision)];
            if (action.do === "scale") {
              const { name } = action.set.metadata;
              sets = sets.map((one) => (one.metadata.name === name ? set(name, action.replicas, Math.min(action.replicas, one.status?.availableReplicas ?? 0), Number(one.metadata.annotations?.[revisionAnnotation])) : one));
            }
            expect(sets.reduce((sum, one) => sum + (one.spec.replicas ?? 0), 0)).toBeLessThanOrEqual(replicas + maxSurge);
            expect(sets.reduce((sum, one) => sum + (one.status?.availableReplicas ?? 0), 0)).toBeGreaterThanOrEqual(replicas - unavailableMax);
          }
          // Everything that was made becomes available before the next step.
          sets = sets.map((one) => set(one.metadata.name, one.spec.replicas ?? 0, one.spec.replicas ?? 0, Number(one.metadata.annotations?.[revisionAnnotation])));
        }
        expect(sets.map((one) => [one.metadata.name, one.spec.replicas])).toEqual([["old", 0], ["new", replicas]]);
      }),
    );
  });

  it("waits with Recreate until the old pods are gone", () => {
    const deployment = workload({ strategy: { type: "Recreate" } });
    expect(planDeployment(deployment, [set("old", 3, 3, 1)], 0).actions).toMatchObject([{ do: "create", replicas: 0 }, { do: "scale", replicas: 0 }]);
    expect(planDeployment(deployment, [set("old", 0, 0, 1), set("new", 0, 0, 2)], 0).actions).toMatchObject([{ do: "scale", replicas: 3 }]);
  });

  it("numbers a revision that is taken up again as the newest", () => {
    expect(planDeployment(workload({ replicas: 0 }), [set("new", 0, 0, 1), set("old", 0, 0, 2)], 0)).toMatchObject({ revision: 3, actions: [{ do: "number", revision: 3 }] });
  });

  it("is complete only when no old pod is left", () => {
    const reason = (sets: ReplicaSet[]): unknown => (planDeployment(workload({}), sets, 0).status["conditions"] as { type: string; reason: string }[]).find(({ type }) => type === "Progressing")?.reason;
    expect(reason([set("new", 3, 3, 2)])).toBe("NewReplicaSetAvailable");
    expect(reason([set("old", 1, 1, 1), set("new", 3, 3, 2)])).toBe("ReplicaSetUpdated");
  });

  it("forgets the oldest sets beyond revisionHistoryLimit, ten unless told", () => {
    const old = Array.from({ length: 12 }, (_, index) => set(`old${index}`, 0, 0, index + 1));
    const forgotten = (spec: Partial<Workload["spec"]>) => planDeployment(workload(spec), [...old, set("new", 3, 3, 13)], 0).actions.map((action) => ("set" in action ? [action.do, action.set.metadata.name] : action.do));
    expect(forgotten({})).toEqual([["delete", "old0"], ["delete", "old1"]]);
    expect(forgotten({ revisionHistoryLimit: 11 })).toEqual([["delete", "old0"]]);
  });

  it("paused: scales what it has, and rolls nothing out", () => {
    expect(planDeployment(workload({ paused: true, replicas: 5 }), [set("old", 3, 3, 1)], 0).actions).toMatchObject([{ do: "scale", replicas: 5, set: { metadata: { name: "old" } } }]);
    expect(planDeployment(workload({ paused: true }), [set("old", 3, 3, 1)], 0).actions).toEqual([]);
  });

  it("is available while no more are missing than may be, and late when nothing has moved for progressDeadlineSeconds", () => {
    const seen = (available: number, nowMs: number, status: Workload["status"] = {}) => {
      const deployment = { ...workload({ strategy: { rollingUpdate: { maxUnavailable: 1 } }, progressDeadlineSeconds: 60 }), status };
      return planDeployment(deployment, [set("new", 3, available, 1)], nowMs).status as NonNullable<Workload["status"]>;
    };
    const reasons = (status: Workload["status"]) => status?.conditions?.map(({ reason, status: value }) => [reason, value]);
    const first = seen(1, 0);
    expect(reasons(first)).toEqual([["MinimumReplicasUnavailable", "False"], ["ReplicaSetUpdated", "True"]]);
    expect(reasons(seen(1, 60_000, first))).toEqual(reasons(first));
    expect(reasons(seen(1, 61_000, first))).toEqual([["MinimumReplicasUnavailable", "False"], ["ProgressDeadlineExceeded", "False"]]);
    expect(reasons(seen(2, 61_000, first))).toEqual([["MinimumReplicasAvailable", "True"], ["ReplicaSetUpdated", "True"]]);
  });
});

import { z } from "zod";
import { clusterKeySchema } from "../cluster/cluster-key.ts";
import { conditionsSchema } from "../conditions-schema.ts";
import type { ObjectMeta } from "../object-meta.ts";

export const policyTargetSchema = z.strictObject({
  clusterKey: clusterKeySchema,
  weight: z
    .int("must be a whole number")
    .min(0, "must not be negative; 0 sends nothing to the cluster")
    .max(1_000_000)
    .optional()
    .describe("Weight of the cluster against the others; omitted means 100, 0 means none."),
  priority: z.int().min(0).max(1000).optional().describe("FailOver only: lower is tried first."),
});

/** spec of `flomesh.io/v1alpha1` GlobalTrafficPolicy (same namespace and name as the service, in the source cluster). */
export const globalTrafficPolicySpecSchema = z
  .strictObject({
    lbType: z.enum(["Locality", "ActiveActive", "FailOver"]).default("Locality").describe("How requests are split between clusters."),
    targets: z
      .array(policyTargetSchema)
      .max(64)
      .default([])
      .meta({ "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["clusterKey"] })
      .describe("Target clusters, each listed once."),
  })
  .superRefine((spec, context) => {
    const seen = new Map<string, number>();
    for (const [index, target] of spec.targets.entries()) {
      const first = seen.get(target.clusterKey);
      if (first !== undefined) {
        context.addIssue({
          code: "custom",
          path: ["targets", index, "clusterKey"],
          message: `"${target.clusterKey}" is already listed as targets[${first}]; list each cluster once`,
        });
      }
      seen.set(target.clusterKey, index);
    }
    if (spec.lbType === "Locality" && spec.targets.length > 1) {
      context.addIssue({
        code: "custom",
        path: ["targets"],
        message: "Locality ignores targets and takes at most one; remove them or use ActiveActive",
      });
    }
  })
  .meta({
    // What superRefine says, for the API server; duplicate keys are refused there by the list-map keys of `targets`.
    "x-kubernetes-validations": [
      {
        rule: "self.lbType != 'Locality' || size(self.targets) <= 1",
        message: "Locality ignores targets and takes at most one; remove them or use ActiveActive",
        fieldPath: ".targets",
      },
    ],
  });

export const globalTrafficPolicyStatusSchema = z.strictObject({
  observedGeneration: z.int().optional().describe("Generation of the spec that this status speaks of."),
  split: z
    .array(
      z.strictObject({
        clusterKey: z.string().describe("Cluster key of the target."),
        weight: z.int().describe("Its weight."),
        sharePermille: z.number().describe("Its share, in thousandths of the whole."),
        reason: z.string().optional().describe("Why it gets nothing although the policy names it."),
      }),
    )
    .optional()
    .describe("The split that the policy comes to now."),
  acknowledged: z
    .strictObject({
      ready: z.int().describe("Proxies that apply it."),
      total: z.int().describe("Proxies that should."),
    })
    .optional()
    .describe("Proxies that apply this generation."),
  /** Detached | Standby | Beside | Inline, as 4-transparency. */
  attachment: z.string().optional().describe("How far the proxy stands in the service's path."),
  conditions: conditionsSchema.optional(),
});

export type GlobalTrafficPolicySpec = z.output<typeof globalTrafficPolicySpecSchema>;
export type GlobalTrafficPolicyStatus = z.output<typeof globalTrafficPolicyStatusSchema>;
export interface GlobalTrafficPolicy {
  apiVersion: "flomesh.io/v1alpha1";
  kind: "GlobalTrafficPolicy";
  metadata: ObjectMeta;
  spec: GlobalTrafficPolicySpec;
  status?: GlobalTrafficPolicyStatus;
}

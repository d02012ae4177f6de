import { z } from "zod";
import { clusterKeySchema } from "../cluster/cluster-key.ts";
import { conditionsSchema } from "../conditions-schema.ts";
import type { ObjectMeta } from "../object-meta.ts";

export const exportRuleSchema = z.strictObject({
  portNumber: z.int().min(1).max(65535).describe("Port of the Service that the rule offers."),
  path: z
    .string()
    .regex(/^\/[^?#\s]*$/, 'must begin with "/" and hold no "?", "#" or space')
    .max(1024)
    .describe("Path at the gateway under which the port is offered."),
  pathType: z.enum(["Exact", "Prefix"]).describe("How the path is matched."),
});

/** spec of `flomesh.io/v1alpha1` ServiceExport. */
export const serviceExportSpecSchema = z.strictObject({
  rules: z.array(exportRuleSchema).min(1, "needs at least one rule").max(64).describe("Ports to offer and their gateway paths."),
  pathRewrite: z
    .strictObject({
      from: z.string().min(1).describe("Beginning of the path, as it arrives at the gateway."),
      to: z.string().describe("What stands in its place when the application sees it."),
    })
    .optional()
    .describe("Replaces the stripping of the rule's path."),
  sessionSticky: z.boolean().default(false).describe("Keep a client's requests in one cluster."),
  loadBalancer: z
    .enum(["RoundRobinLoadBalancer", "HashingLoadBalancer", "LeastWorkLoadBalancer"])
    .default("RoundRobinLoadBalancer")
    .describe("How endpoints within a cluster are chosen."),
  targetClusters: z
    .array(clusterKeySchema)
    .max(256)
    .default([])
    .describe("Clusters that may import the service; empty for all members."),
  serviceAccountName: z
    .string()
    .max(253)
    .default("*")
    .describe('Callers\' service account that may use the export; "*" for any.'),
});

export const serviceExportStatusSchema = z.strictObject({ conditions: conditionsSchema.optional() });

export type ServiceExportSpec = z.output<typeof serviceExportSpecSchema>;
export type ServiceExportStatus = z.output<typeof serviceExportStatusSchema>;
export interface ServiceExport {
  apiVersion: "flomesh.io/v1alpha1";
  kind: "ServiceExport";
  metadata: ObjectMeta;
  spec: ServiceExportSpec;
  status?: ServiceExportStatus;
}

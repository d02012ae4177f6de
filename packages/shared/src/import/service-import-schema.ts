import { z } from "zod";
import { clusterKeySchema } from "../cluster/cluster-key.ts";
import type { ObjectMeta } from "../object-meta.ts";

export const importEndpointSchema = z.strictObject({
  clusterKey: clusterKeySchema,
  target: z
    .strictObject({
      host: z.string().describe("gatewayHost of the exporting cluster."),
      ip: z.string().describe("Address that gatewayHost last resolved to; empty when it never did."),
      port: z.int().min(1).max(65535).describe("gatewayPort of the exporting cluster."),
      path: z.string().describe("Gateway path of the export's rule."),
    })
    .describe("Where the cluster's gateway offers the port."),
});

export const importPortSchema = z.strictObject({
  name: z.string().optional().describe("Name of the Service's port."),
  protocol: z.enum(["TCP", "UDP", "SCTP"]).default("TCP").describe("Transport protocol of the port."),
  appProtocol: z.string().optional().describe("Application protocol of the port, as in a Service."),
  port: z.int().min(1).max(65535).describe("Port of the Service."),
  endpoints: z.array(importEndpointSchema).default([]).describe("Clusters that offer the port, in clusterKey order."),
});

/** spec of `flomesh.io/v1alpha1` ServiceImport. Written by Sluice only. */
export const serviceImportSpecSchema = z.strictObject({
  type: z.enum(["ClusterSetIP", "Headless"]).default("ClusterSetIP").describe("Type of the imported service."),
  ports: z.array(importPortSchema).default([]).describe("Ports that at least one other cluster offers."),
  ips: z.array(z.string()).optional().describe("Addresses of the imported service."),
  sessionAffinity: z.enum(["None", "ClientIP"]).optional().describe("Session affinity of the exported service."),
  sessionSticky: z.boolean().optional().describe("Keep a client's requests in one cluster."),
  serviceAccountName: z.string().default("*").describe('Callers\' service account that may use the service; "*" for any.'),
});

export const serviceImportStatusSchema = z.strictObject({
  clusters: z
    .array(
      z.strictObject({
        cluster: z.string().describe("Key of a cluster that offers the service."),
        addresses: z.array(z.string()).optional().describe("Addresses of its gateway."),
      }),
    )
    .optional()
    .describe("Clusters that offer the service."),
});

export type ImportEndpoint = z.output<typeof importEndpointSchema>;
export type ImportPort = z.output<typeof importPortSchema>;
export type ServiceImportSpec = z.output<typeof serviceImportSpecSchema>;
export type ServiceImportStatus = z.output<typeof serviceImportStatusSchema>;
export interface ServiceImport {
  apiVersion: "flomesh.io/v1alpha1";
  kind: "ServiceImport";
  metadata: ObjectMeta;
  spec: ServiceImportSpec;
  status?: ServiceImportStatus;
}

import { z } from "zod";
import { conditionsSchema } from "../conditions-schema.ts";
import type { ObjectMeta } from "../object-meta.ts";

const locationPart = (what: string) =>
  z
    .string()
    .regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, "must be lower-case letters, digits and dashes")
    .max(63)
    .default("default")
    .describe(`${what} of the cluster; a part of its cluster key.`);

/** spec of `flomesh.io/v1alpha1` Cluster (cluster-scoped, in the control-plane cluster). */
export const clusterSpecSchema = z.strictObject({
  region: locationPart("Region"),
  zone: locationPart("Zone"),
  group: locationPart("Group"),
  gatewayHost: z
    .string()
    .min(1, "is required: the host name or address at which other clusters reach this cluster's gateway")
    .max(253)
    .regex(/^(?:[A-Za-z0-9](?:[-A-Za-z0-9._]*[A-Za-z0-9])?\.?|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*)$/, "must be one host name or one IPv4 or IPv6 address, without scheme, port, brackets or spaces")
    .describe("Host name, IPv4 or IPv6 address of the cluster's gateway, as other clusters reach it."),
  gatewayPort: z.int().min(1).max(65535).default(80).describe("Port of the cluster's gateway."),
  isInCluster: z.boolean().default(false).describe("True for the cluster in which the control plane itself runs."),
  kubeconfig: z
    .string()
    .max(512 * 1024)
    .optional()
    .describe("Inline kubeconfig. Accepted once, moved to a Secret and blanked."),
  kubeconfigSecretRef: z
    .strictObject({
      namespace: z.string().min(1).describe("Namespace of the Secret."),
      name: z.string().min(1).describe("Name of the Secret."),
      key: z.string().min(1).default("kubeconfig").describe("Key in the Secret's data."),
    })
    .optional()
    .describe("Secret that holds the kubeconfig."),
});

export const clusterStatusSchema = z.strictObject({
  conditions: conditionsSchema.optional(),
  /** gitVersion of the member's API server. */
  version: z.string().optional().describe("Version of the member's API server."),
  lastHeartbeatTime: z.string().meta({ format: "date-time" }).optional().describe("When the member last answered, RFC 3339."),
});

export type ClusterSpec = z.output<typeof clusterSpecSchema>;
export type ClusterStatus = z.output<typeof clusterStatusSchema>;
export interface Cluster {
  apiVersion: "flomesh.io/v1alpha1";
  kind: "Cluster";
  metadata: ObjectMeta;
  spec: ClusterSpec;
  status?: ClusterStatus;
}

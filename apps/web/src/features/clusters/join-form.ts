import { clusterSpecSchema } from "@sluice/shared/cluster/cluster-schema";
import { z } from "zod";

const { region, zone, group, gatewayHost } = clusterSpecSchema.shape;

/** What a person fills in; the API server checks the same again. */
export const joinFormSchema = z.strictObject({
  kubeconfig: z.string().trim().min(1).max(512 * 1024),
  name: z.string().max(253).regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/),
  region: region.unwrap(),
  zone: zone.unwrap(),
  group: group.unwrap(),
  gatewayHost,
  gatewayPort: z.string().regex(/^\d{1,5}$/).refine((text) => Number(text) >= 1 && Number(text) <= 65535),
});

export type JoinForm = z.output<typeof joinFormSchema>;

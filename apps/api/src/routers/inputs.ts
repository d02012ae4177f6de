import { clusterKeySchema } from "@sluice/shared/cluster/cluster-key";
import { z } from "zod";

const label = "[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?";

export const serviceInput = z
  .string()
  .max(320)
  .regex(new RegExp(`^${label}/${label}$`), 'must be "namespace/name", for example "httpbin/httpbin"');

export const reasonInput = z.string().trim().min(1, "is required: say why").max(500);

/** Ids of guards that do not hold and are to be passed over, for the reason given. */
export const overridesInput = z.array(z.string().max(64)).max(32).optional();

export const draftInput = z.strictObject({
  mode: z.enum(["Locality", "ActiveActive", "FailOver"]),
  shares: z.array(z.strictObject({ clusterKey: clusterKeySchema, permille: z.int().min(0).max(1000) })).max(64),
  failOver: z.array(clusterKeySchema).max(64),
});

export const baseInput = z.strictObject({ uid: z.string().min(1).max(128).nullable(), spec: z.unknown().optional() });

/** The service and the source cluster that a row of the Split tab is about. */
export const rowInput = z.strictObject({ service: serviceInput, source: clusterKeySchema });

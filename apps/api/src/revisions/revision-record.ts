import type { ControllerRevision } from "@sluice/kubernetes/kinds";
import { managedByLabel, managedBySluice } from "@sluice/shared/attachment/attachment-names";
import { type GlobalTrafficPolicySpec, globalTrafficPolicySpecSchema } from "@sluice/shared/policy/global-traffic-policy-schema";
import { z } from "zod";
import { policyLabel } from "../world/labels.ts";

/** Why the console wrote a policy; `external` was written by someone else and seen afterwards. */
const intentSchema = z.enum(["split", "undo", "send-back", "restore", "external"]);

const recordSchema = z.object({
  /** The policy's spec of this revision. */
  spec: globalTrafficPolicySpecSchema,
  /** The spec before it; null: there was no policy. */
  before: globalTrafficPolicySpecSchema.nullable(),
  actor: z.string(),
  reason: z.string().nullable(),
  intent: intentSchema,
  /** True when a person confirmed it in the review dialog: the blast radius is counted from here. */
  reviewed: z.boolean(),
  uid: z.string(),
  generation: z.int().min(0),
  /** RFC 3339 with milliseconds. */
  at: z.iso.datetime(),
});

export type Intent = z.output<typeof intentSchema>;

/** A revision of one policy, decoded. */
export interface RevisionRecord extends z.output<typeof recordSchema> {
  /** Ascending over the life of (namespace, name), also over recreations of the policy. */
  readonly number: number;
  readonly objectName: string;
  readonly atMs: number;
}

export const externalActor = (manager: string): string => `unattributed (${manager})`;

/** Name of the ControllerRevision of a policy's generation. */
export const revisionName = (uid: string, generation: number): string => `sluice-${uid}-${generation}`;

/** The object to create for a record; it has no owner reference, so that history outlives the policy. */
export function encodeRevision(
  service: { namespace: string; name: string },
  number: number,
  record: z.input<typeof recordSchema>,
  objectName = revisionName(record.uid, record.generation),
): ControllerRevision {
  return {
    apiVersion: "apps/v1",
    kind: "ControllerRevision",
    metadata: {
      namespace: service.namespace,
      name: objectName,
      labels: { [policyLabel]: service.name, [managedByLabel]: managedBySluice },
    },
    revision: number,
    data: record,
  };
}

/** undefined for an object that is not a record of ours. */
export function decodeRevision(object: ControllerRevision): RevisionRecord | undefined {
  const parsed = recordSchema.safeParse(object.data);
  if (!parsed.success) return undefined;
  return { ...parsed.data, number: object.revision, objectName: object.metadata.name, atMs: Date.parse(parsed.data.at) };
}

/** What the policy says where it says nothing: traffic stays in the cluster. */
export const noPolicySpec: GlobalTrafficPolicySpec = { lbType: "Locality", targets: [] };

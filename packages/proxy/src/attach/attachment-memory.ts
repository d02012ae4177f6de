import type { AttachmentMemory } from "@sluice/shared/attachment/observed";
import type { Service } from "@sluice/kubernetes/kinds";
import { z } from "zod";

/** Annotation of a shadow Service: what the controller remembers between two looks at the service. */
export const memoryAnnotation = "sluice.dev/attachment-memory";

export const noMemory: AttachmentMemory = { selectorResets: [] };

const memorySchema = z.strictObject({
  inlineSinceMs: z.number().optional(),
  leavingSinceMs: z.number().optional(),
  keySetMs: z.number().optional(),
  selectorResets: z.array(z.strictObject({ atMs: z.number(), manager: z.string() })).max(100),
});

/** What the shadow remembers; nothing when there is none or it can't be read. */
export function readMemory(shadow: Service | undefined): AttachmentMemory {
  const text = shadow?.metadata.annotations?.[memoryAnnotation];
  if (text === undefined) return noMemory;
  try {
    return memorySchema.parse(JSON.parse(text));
  } catch {
    return noMemory;
  }
}

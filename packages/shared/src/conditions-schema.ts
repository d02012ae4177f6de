import { z } from "zod";

/** Schema of metav1.Condition, shared by the status of every kind. */
const conditionSchema = z
  .strictObject({
    type: z.string().describe("Type of condition in CamelCase."),
    status: z.enum(["True", "False", "Unknown"]).describe("Status of the condition."),
    reason: z.string().describe("Stable reason in CamelCase."),
    message: z.string().describe("What happened and what to do about it."),
    lastTransitionTime: z.string().meta({ format: "date-time" }).describe("When the status last changed, RFC 3339."),
    observedGeneration: z.int().optional().describe("Generation of the spec that the condition speaks of."),
  })
  .describe("One aspect of the object's state.");

/** Conditions of an object, one of each type. */
export const conditionsSchema = z
  .array(conditionSchema)
  .meta({ "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"] })
  .describe("State of the object, one condition of each type.");

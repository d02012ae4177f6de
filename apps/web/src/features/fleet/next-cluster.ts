import type { ChecklistView } from "@sluice/api/views/cluster-view";

/** Name of the cluster that a first share of the service could go to: while the checklist's third step is the next one; else null. */
export function nextCluster({ steps }: ChecklistView, service: string): string | null {
  const next = steps.find((step) => !step.done);
  if (next?.id !== "first-requests" || next.params["service"] !== service) return null;
  return next.params["target"] || null;
}

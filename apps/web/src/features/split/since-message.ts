import type { SinceView } from "@sluice/api/views/service-view";

/** Message of `truths` that says since when and why it is counted, and its values. */
export function sinceMessage({ cause }: SinceView, time: string, revision: number | null, nameOf: (clusterKey: string) => string) {
  if (cause.kind !== "policy") return { key: `since-${cause.kind}`, values: { cluster: nameOf(cause.clusterKey), time } } as const;
  if (revision === null) return { key: "since-policy-unknown", values: { time } } as const;
  return { key: "since-policy", values: { revision, time } } as const;
}

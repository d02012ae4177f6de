import type { SplitRowView } from "@sluice/api/views/service-view";

/** What is known of connections that pass by the proxies: the policy's condition Captured, while the proxies stand in the path. */
export type Captured = { id: "unknown" } | { id: "captured" } | { id: "older-pods"; older: string; all: string } | { id: "open"; message: string };

export function capturedOf(row: Pick<SplitRowView, "attachment" | "conditions">): Captured {
  const condition = row.conditions.find(({ type }) => type === "Captured");
  if (row.attachment !== "Inline" || condition === undefined || condition.status === "Unknown") return { id: "unknown" };
  if (condition.status === "True") return { id: "captured" };
  // The counts are in the message only; a message of another form is shown as it is.
  const counts = /^(\d+) of (\d+) pods are older/.exec(condition.message ?? "");
  if (counts === null) return { id: "open", message: condition.message ?? condition.reason ?? "" };
  return { id: "older-pods", older: counts[1] ?? "", all: counts[2] ?? "" };
}

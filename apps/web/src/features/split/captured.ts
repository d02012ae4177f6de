import type { SplitRowView } from "@sluice/api/views/service-view";

/** What is known of connections that pass by the proxies: the policy's condition Captured, while the proxies stand in the path. */
export type Captured = { id: "unknown" } | { id: "captured" } | { id: "older-pods"; older: string; all: string; bypasses: string | null } | { id: "bypassed"; bypasses: string } | { id: "open"; message: string };

export function capturedOf(row: Pick<SplitRowView, "attachment" | "conditions">): Captured {
  const condition = row.conditions.find(({ type }) => type === "Captured");
  if (row.attachment !== "Inline" || condition === undefined || condition.status === "Unknown") return { id: "unknown" };
  if (condition.status === "True") return { id: "captured" };
  // Counts and names are in the message only; a message of another form is shown as it is.
  const counts = /^(\d+) of (\d+) pods are older/.exec(condition.message ?? "");
  const bypasses = /past the proxies: ([^;]+);/.exec(condition.message ?? "")?.[1] ?? null;
  if (counts !== null) return { id: "older-pods", older: counts[1] ?? "", all: counts[2] ?? "", bypasses };
  return bypasses === null ? { id: "open", message: condition.message ?? condition.reason ?? "" } : { id: "bypassed", bypasses };
}

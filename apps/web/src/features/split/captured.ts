import type { SplitRowView } from "@sluice/api/views/service-view";

/** Pods that may still have connections from before the attachment. Those started after `rollAfterMs` (epoch ms) have none. */
export interface OlderPods {
  older: string;
  all: string;
  /** null: a controller of an older version does not tell it. */
  rollAfterMs: number | null;
}

/** What is known of connections that pass by the proxies: the policy's condition Captured, while the proxies stand in the path. */
export type Captured = { id: "unknown" } | { id: "captured" } | ({ id: "older-pods"; bypasses: string | null } & OlderPods) | { id: "bypassed"; bypasses: string } | { id: "open"; message: string };

export function capturedOf(row: Pick<SplitRowView, "attachment" | "conditions">): Captured {
  const condition = row.conditions.find(({ type }) => type === "Captured");
  if (row.attachment !== "Inline" || condition === undefined || condition.status === "Unknown") return { id: "unknown" };
  if (condition.status === "True") return { id: "captured" };
  // Counts and names are in the message only; a message of another form is shown as it is.
  const message = condition.message ?? "";
  const pods = readOlderPods(message);
  const bypasses = /past the proxies: ([^;]+);/.exec(message)?.[1] ?? null;
  if (pods !== null) return { id: "older-pods", ...pods, bypasses };
  return bypasses === null ? { id: "open", message: condition.message ?? condition.reason ?? "" } : { id: "bypassed", bypasses };
}

/** null: the message tells of no older pods. */
export function readOlderPods(message: string): OlderPods | null {
  const counts = /^(\d+) of (\d+) pods are older/.exec(message);
  if (counts === null) return null;
  const rollAfterMs = Date.parse(/ after (\d{4}-[\dT:-]+Z) /.exec(message)?.[1] ?? "");
  return { older: counts[1] ?? "", all: counts[2] ?? "", rollAfterMs: Number.isNaN(rollAfterMs) ? null : rollAfterMs };
}

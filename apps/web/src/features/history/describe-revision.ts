import type { RevisionView } from "@sluice/api/views/change-view";

/** tRPC's serialised type makes the unknown `spec` optional. */
export type Revision = Omit<RevisionView, "spec"> & { spec?: unknown };

/** What a revision did, for one line of the history. */
export type RevisionSummary = { id: "local-only" } | { id: "fail-over" } | { id: "back"; cluster: string } | { id: "share"; permille: number; cluster: string };

/** The share of the other clusters is what a reader looks for; none left means that all went back. */
export function describeRevision(revision: Revision, source: string): RevisionSummary {
  if (revision.mode === "Locality") return { id: "local-only" };
  if (revision.mode === "FailOver") return { id: "fail-over" };
  const remote = revision.shares.filter((share) => share.clusterKey !== source && share.permille > 0).toSorted((one, two) => two.permille - one.permille)[0];
  return remote === undefined ? { id: "back", cluster: source } : { id: "share", permille: remote.permille, cluster: remote.clusterKey };
}

import type { Member } from "../../kubernetes/member-directory.ts";
import { planExternalRevision } from "../../revisions/plan-external-revision.ts";
import { policyHistory } from "../../revisions/policy-history.ts";
import { pruneRevisions } from "../../revisions/prune-revisions.ts";
import { recordExternalRevision } from "../../revisions/record-external-revision.ts";

/** The console records a change before it makes it; what is unrecorded for so long was made by somebody else. */
const graceMs = 1_500;

/** Records changes of policies that did not come from the console. One instance a leader's term. */
export class HistoryController {
  readonly #firstSeenMs = new Map<string, number>();

  /** Records what is due in one member; answers when to look again, in ms, if something is not due yet. */
  async record(member: Member, nowMs: number, signal: AbortSignal): Promise<number | undefined> {
    const { connection, key } = member;
    if (connection === undefined || !connection.live) return undefined;
    const { policies, revisions } = connection.caches;
    let waitMs: number | undefined;
    const prefix = `${key} `;
    const pending = new Set<string>();
    for (const policy of policies.list()) {
      const service = `${policy.metadata.namespace ?? "default"}/${policy.metadata.name}`;
      const history = policyHistory(revisions.list(), service);
      const revision = planExternalRevision(policy, history, nowMs);
      if (revision === undefined) continue;
      const id = `${prefix}${revision.metadata.name}`;
      pending.add(id);
      const seenMs = this.#firstSeenMs.get(id) ?? nowMs;
      this.#firstSeenMs.set(id, seenMs);
      if (nowMs - seenMs < graceMs) {
        waitMs = Math.min(waitMs ?? graceMs, graceMs - (nowMs - seenMs));
        continue;
      }
      await recordExternalRevision(connection.client, revision, signal);
      await pruneRevisions(connection.client, history, service, nowMs, signal);
    }
    for (const id of this.#firstSeenMs.keys()) if (id.startsWith(prefix) && !pending.has(id)) this.#firstSeenMs.delete(id);
    return waitMs;
  }
}

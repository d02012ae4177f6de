import { isDeepStrictEqual } from "node:util";
import { ApiError } from "@sluice/kubernetes/api-error";
import type { KubernetesClient } from "@sluice/kubernetes/client";
import { kinds } from "@sluice/kubernetes/kinds";
import type { GlobalTrafficPolicy, GlobalTrafficPolicySpec } from "@sluice/shared/policy/global-traffic-policy-schema";
import { planExternalRevision } from "../revisions/plan-external-revision.ts";
import { policyHistory } from "../revisions/policy-history.ts";
import { pruneRevisions } from "../revisions/prune-revisions.ts";
import { recordExternalRevision } from "../revisions/record-external-revision.ts";
import { decodeRevision, encodeRevision, type Intent, type RevisionRecord, revisionName } from "../revisions/revision-record.ts";
import { SluiceError } from "../sluice-error.ts";
import type { ApplyView } from "../views/change-view.ts";
import { consoleManager, policyLabel } from "../world/labels.ts";
import { specManager } from "../world/owner-of.ts";
import { parseSpec } from "../world/row-split.ts";

export interface PolicyChange {
  /** "namespace/name". */
  service: string;
  spec: GlobalTrafficPolicySpec;
  /** The object that was looked at when the change was decided; uid null: there was none. */
  base: { uid: string | null; spec: unknown };
  reason: string;
  intent: Exclude<Intent, "external">;
  reviewed: boolean;
  actor: string;
}

/**
 * Writes a policy: first the record of the change, then the change itself, which tests uid and spec (not the
 * resourceVersion, which status writes move). A conflict is an answer; nothing is tried again with another weight.
 * `check` throws what else stands in the way; it is asked only when there is no conflict. Throws what `check` throws,
 * NothingToChange, ApiError and ConnectionError.
 */
export async function changePolicy(client: KubernetesClient, change: PolicyChange, now: () => number, check: () => void): Promise<ApplyView> {
  const [namespace = "", name = ""] = change.service.split("/");
  const live = await read(client, namespace, name);
  if (!sameBase(live, change.base)) return conflict(live, change);
  check();
  if (isDeepStrictEqual(parseSpec(live?.spec), change.spec)) {
    throw new SluiceError("PRECONDITION_FAILED", "NothingToChange", "draft: this is the split that is in force", { field: "draft", remedy: "change a share first" });
  }
  const history = await listHistory(client, change.service);
  if (live === undefined) return await createPolicy(client, change, history, now);
  return await patchPolicy(client, change, live, await withPresent(client, live, history, now), now);
}

/** Others' change that was not recorded yet would be overwritten unseen: it is recorded first. */
async function withPresent(client: KubernetesClient, live: GlobalTrafficPolicy, history: readonly RevisionRecord[], now: () => number): Promise<readonly RevisionRecord[]> {
  const revision = planExternalRevision(live, history, now());
  if (revision === undefined) return history;
  await recordExternalRevision(client, revision);
  const record = decodeRevision(revision);
  return record === undefined ? history : [...history, record];
}

async function patchPolicy(client: KubernetesClient, change: PolicyChange, live: GlobalTrafficPolicy, history: readonly RevisionRecord[], now: () => number): Promise<ApplyView> {
  const { namespace = "", name, uid = "" } = live.metadata;
  const generation = (live.metadata.generation ?? 0) + 1;
  const number = (history.at(-1)?.number ?? 0) + 1;
  const record = recordOf(change, live, uid, generation, now());
  // The name is the lock: of two writers at the same generation one can't record, and so does not write.
  const recorded = await createRecord(client, encodeRevision({ namespace, name }, number, record), now);
  if (!recorded) return conflict(await read(client, namespace, name), change);
  const body = [
    { op: "test", path: "/metadata/uid", value: uid },
    { op: "test", path: "/spec", value: live.spec },
    { op: "replace", path: "/spec", value: change.spec },
  ] as const;
  try {
    const written = await client.patch(kinds.globalTrafficPolicies, { namespace, name }, { type: "json", body }, { fieldManager: consoleManager });
    const actual = written.metadata.generation ?? generation;
    if (actual !== generation) {
      await client.create(kinds.controllerRevisions, encodeRevision({ namespace, name }, number, { ...record, generation: actual }));
      await dropRecord(client, namespace, revisionName(uid, generation));
    }
    await pruneRevisions(client, history, change.service, now());
    return { outcome: "applied", generation: actual, uid, revision: number };
  } catch (error) {
    // Without an answer the change may have been made: then its record stays.
    if (!(error instanceof ApiError)) throw error;
    await dropRecord(client, namespace, revisionName(uid, generation));
    const present = await read(client, namespace, name);
    if (!sameBase(present, change.base)) return conflict(present, change);
    throw error;
  }
}

/** A policy that does not exist has no uid to record under: the intent is recorded under a name of its own first. */
async function createPolicy(client: KubernetesClient, change: PolicyChange, history: readonly RevisionRecord[], now: () => number): Promise<ApplyView> {
  const [namespace = "", name = ""] = change.service.split("/");
  const number = (history.at(-1)?.number ?? 0) + 1;
  const intended = `sluice-new-${name}-${number}`;
  const record = recordOf(change, undefined, "", 0, now());
  if (!(await createRecord(client, encodeRevision({ namespace, name }, number, record, intended), now))) return conflict(await read(client, namespace, name), change);
  try {
    const object: GlobalTrafficPolicy = { apiVersion: "flomesh.io/v1alpha1", kind: "GlobalTrafficPolicy", metadata: { namespace, name }, spec: change.spec };
    const created = await client.create(kinds.globalTrafficPolicies, object, { fieldManager: consoleManager });
    const { uid = "", generation = 1 } = created.metadata;
    await replaceRecord(client, encodeRevision({ namespace, name }, number, { ...record, uid, generation }));
    await pruneRevisions(client, history, change.service, now());
    return { outcome: "applied", generation, uid, revision: number };
  } catch (error) {
    if (error instanceof ApiError && error.code === 409) return conflict(await read(client, namespace, name), change);
    throw error;
  } finally {
    await dropRecord(client, namespace, intended);
  }
}

/** How long another writer may take between its record and its change. */
const strandedMs = 10_000;

/** False: another writer is at the same change. A record that was left behind by a writer that died is replaced. */
async function createRecord(client: KubernetesClient, object: ReturnType<typeof encodeRevision>, now: () => number): Promise<boolean> {
  try {
    await client.create(kinds.controllerRevisions, object, { fieldManager: consoleManager });
    return true;
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 409)) throw error;
  }
  const { namespace, name } = object.metadata;
  const present = await client.get(kinds.controllerRevisions, { namespace, name }).catch(ignoreMissing);
  const record = present === undefined ? undefined : decodeRevision(present);
  if (record !== undefined && now() - record.atMs < strandedMs) return false;
  await replaceRecord(client, object);
  return true;
}

/** Data of a ControllerRevision can't be changed, so it is made anew. */
async function replaceRecord(client: KubernetesClient, object: ReturnType<typeof encodeRevision>): Promise<void> {
  const { namespace, name } = object.metadata;
  await dropRecord(client, namespace ?? "", name);
  await client.create(kinds.controllerRevisions, object, { fieldManager: consoleManager });
}

async function dropRecord(client: KubernetesClient, namespace: string, name: string): Promise<void> {
  await client.delete(kinds.controllerRevisions, { namespace, name }).catch(ignoreMissing);
}

async function listHistory(client: KubernetesClient, service: string): Promise<readonly RevisionRecord[]> {
  const [namespace, name] = service.split("/");
  const { items } = await client.list(kinds.controllerRevisions, { namespace, labelSelector: `${policyLabel}=${name}` });
  return policyHistory(items, service);
}

function recordOf(change: PolicyChange, live: GlobalTrafficPolicy | undefined, uid: string, generation: number, nowMs: number) {
  const { spec, actor, reason, intent, reviewed } = change;
  return { spec, before: parseSpec(live?.spec) ?? null, actor, reason, intent, reviewed, uid, generation, at: new Date(nowMs).toISOString() };
}

function sameBase(live: GlobalTrafficPolicy | undefined, base: PolicyChange["base"]): boolean {
  if (live === undefined) return base.uid === null;
  return live.metadata.uid === base.uid && isDeepStrictEqual(live.spec, base.spec);
}

function conflict(live: GlobalTrafficPolicy | undefined, change: PolicyChange): ApplyView {
  return { outcome: "conflict", theirs: live?.spec ?? null, mine: change.spec, base: change.base.spec, theirsBy: live === undefined ? "deleted" : specManager(live.metadata) };
}

async function read(client: KubernetesClient, namespace: string, name: string): Promise<GlobalTrafficPolicy | undefined> {
  return await client.get(kinds.globalTrafficPolicies, { namespace, name }).catch(ignoreMissing);
}

function ignoreMissing(error: unknown): undefined {
  if (error instanceof ApiError && error.code === 404) return undefined;
  throw error;
}

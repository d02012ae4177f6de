import { randomUUID } from "node:crypto";
import { ApiError } from "@sluice/kubernetes/api-error";
import type { KubernetesClient } from "@sluice/kubernetes/client";
import { type ConfigMap, kinds } from "@sluice/kubernetes/kinds";
import { systemNamespace } from "@sluice/shared/attachment/attachment-names";

const setName = "sluice-set";

/** Which cluster set this is, and in which term of its leaders. */
export interface SetIdentity {
  readonly uid: string;
  /** Grows with every leader and with every cluster that joins or leaves: a member that knows a higher one was written by a later control plane. */
  readonly epoch: number;
  /** Drawn when the term began: tells its epochs from the same numbers of another line, which a control plane restored from a backup begins. */
  readonly termUid: string;
  /** An administrator's word that this control plane, though restored from a backup, may go on above that epoch; 0: none. */
  readonly confirmedEpoch: number;
  /** The highest epoch of another line, not below ours then, that any member of the set was seen to know in this term; 0: none. */
  readonly seenEpoch: number;
}

/** Begins a leader's term: creates ConfigMap `sluice-system/sluice-set`, or raises its epoch. Throws ApiError when another leader did so at the same time. */
export async function beginTerm(client: KubernetesClient, signal: AbortSignal): Promise<SetIdentity> {
  const present = await client.get(kinds.configMaps, { namespace: systemNamespace, name: setName }, { signal }).catch(ignoreMissing);
  if (present === undefined) {
    const identity: SetIdentity = { uid: randomUUID(), epoch: 1, termUid: randomUUID(), confirmedEpoch: 0, seenEpoch: 0 };
    await client.create(kinds.configMaps, { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: systemNamespace, name: setName }, data: encode(identity) }, { signal });
    return identity;
  }
  return await raise(client, present, { ...decode(present), termUid: randomUUID() }, signal);
}

/**
 * Goes on above the epoch that an administrator confirmed meanwhile, without waiting for the next term; the same identity while there
 * is no such word, or another leader raised the epoch. Throws ApiError.
 */
export async function readConfirmation(client: KubernetesClient, identity: SetIdentity, signal: AbortSignal): Promise<SetIdentity> {
  const present = await client.get(kinds.configMaps, { namespace: systemNamespace, name: setName }, { signal }).catch(ignoreMissing);
  const now = present === undefined ? undefined : decode(present);
  if (present === undefined || now?.uid !== identity.uid || now.epoch !== identity.epoch || now.confirmedEpoch < identity.seenEpoch) return identity;
  return { ...(await raise(client, present, now, signal)), seenEpoch: identity.seenEpoch };
}

/**
 * Raises the epoch within a term, so that no backup from before passes for the present. A record that lies behind was restored under this
 * leader, who knows better. Throws ApiError, and Error when another leader raised it.
 */
export async function raiseEpoch(client: KubernetesClient, identity: SetIdentity, signal: AbortSignal): Promise<SetIdentity> {
  const present = await client.get(kinds.configMaps, { namespace: systemNamespace, name: setName }, { signal });
  const now = decode(present);
  // Where the answer to an earlier raise was lost, the record is ahead, but ours.
  const isOurs = now.uid === identity.uid && (now.epoch < identity.epoch || now.termUid === identity.termUid);
  if (!isOurs) throw new Error(`ConfigMap ${systemNamespace}/${setName} is at epoch ${now.epoch} of another leader, this one is at ${identity.epoch}`);
  return { ...(await raise(client, present, { ...now, epoch: Math.max(now.epoch, identity.epoch), termUid: identity.termUid }, signal)), seenEpoch: identity.seenEpoch };
}

/** A restored control plane that no administrator confirmed yet: it writes to no member. */
export const isHeldBack = ({ epoch, seenEpoch }: SetIdentity): boolean => seenEpoch >= epoch;

/** What an administrator runs to let a restored control plane go on above `epoch`. */
export const confirmCommand = (epoch: number): string => `kubectl patch configmap ${setName} -n ${systemNamespace} --type merge -p '{"data":{"confirmedEpoch":"${epoch}"}}'`;

async function raise(client: KubernetesClient, present: ConfigMap, before: SetIdentity, signal: AbortSignal): Promise<SetIdentity> {
  const identity: SetIdentity = { ...before, epoch: Math.max(before.epoch, before.confirmedEpoch) + 1 };
  await client.replace(kinds.configMaps, { ...present, data: encode(identity) }, { signal });
  return identity;
}

/** Creates our namespace in the control-plane cluster, where the Lease, the Secrets and the set's record are kept. */
export async function ensureSystemNamespace(client: KubernetesClient): Promise<void> {
  await client.create(kinds.namespaces, { apiVersion: "v1", kind: "Namespace", metadata: { name: systemNamespace } }).catch((error: unknown) => {
    if (!(error instanceof ApiError && (error.code === 409 || error.code === 403))) throw error;
  });
}

function encode(identity: SetIdentity): Record<string, string> {
  return { uid: identity.uid, epoch: String(identity.epoch), termUid: identity.termUid, confirmedEpoch: String(identity.confirmedEpoch) };
}

function decode(object: ConfigMap): SetIdentity {
  const { uid = "", epoch = "0", termUid = "", confirmedEpoch = "0" } = object.data ?? {};
  if (uid === "") throw new Error(`ConfigMap ${systemNamespace}/${setName} has no uid: restore it from a backup, or delete it to begin a new set`);
  return { uid, epoch: Number(epoch) || 0, termUid, confirmedEpoch: Number(confirmedEpoch) || 0, seenEpoch: 0 };
}

function ignoreMissing(error: unknown): undefined {
  if (error instanceof ApiError && error.code === 404) return undefined;
  throw error;
}

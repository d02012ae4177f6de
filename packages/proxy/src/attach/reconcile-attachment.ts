import { isDeepStrictEqual } from "node:util";
import type { AttachmentAction, AttachmentPlan } from "@sluice/shared/attachment/attachment-draft";
import type { AttachmentMemory, ObservedAttachment, Obstacle } from "@sluice/shared/attachment/observed";
import { planAttachment } from "@sluice/shared/attachment/plan-attachment";
import { shadowName, shadowService } from "@sluice/shared/attachment/shadow-service";
import { globalTrafficPolicySpecSchema, type GlobalTrafficPolicy } from "@sluice/shared/policy/global-traffic-policy-schema";
import { kinds } from "@sluice/kubernetes/kinds";
import { adoptListenPorts } from "./adopt-listen-ports.ts";
import { applyAction, ServiceChangedError, type Write } from "./apply-actions.ts";
import type { AttachContext } from "./attach-context.ts";
import { memoryAnnotation, readMemory } from "./attachment-memory.ts";
import { detachAllName } from "./member-cache.ts";
import { observeAttachment } from "./observe-attachment.ts";
import { readPortRecords } from "./port-record-store.ts";
import { reconcileImportedService } from "./reconcile-imported-service.ts";
import { tellEvents } from "./tell-events.ts";
import { writePolicyStatus } from "./write-policy-status.ts";

/** How long to wait for the cache to show our own writes, before planning from what it says anyway. */
const unseenMsMax = 3_000;
const recheckUnseenMs = 20;
const soon = { requeueAfterMs: recheckUnseenMs };
const recheckStaleMs = 500;
const recheckWaitingMs = 500;

/**
 * Brings one service a step nearer to what its policy asks: observe, plan, apply. Reads the world, never an event, so
 * it may be called at any time. Rejects when a write failed; the next call plans anew.
 */
export async function reconcileAttachment(key: string, context: AttachContext): Promise<{ requeueAfterMs?: number }> {
  const { cache, writes, now } = context;
  // Acting on yesterday's world could take a pod away that is the only one today.
  if (!cache.live) return { requeueAfterMs: recheckStaleMs };
  const unseen = writes.get(key);
  if (unseen !== undefined && now() < unseen.untilMs && !unseen.writes.every((write) => cache.hasSeen(write))) return soon;
  writes.delete(key);
  const done: Write[] = [];
  try {
    const imported = await reconcileImportedService(key, context);
    if (imported !== undefined) {
      done.push(imported);
      return soon;
    }
    const adopted = await adoptListenPorts(key, context);
    if (adopted !== undefined) {
      done.push(adopted);
      return soon;
    }
    return await step(key, context, done);
  } catch (error) {
    if (error instanceof ServiceChangedError) return soon;
    throw error;
  } finally {
    if (done.length > 0) {
      // Of several writes to one object only the last can be seen for sure.
      const last = new Map(done.map((write) => [`${write.kind} ${write.key}`, write]));
      writes.set(key, { writes: [...last.values()], untilMs: now() + unseenMsMax });
      context.poller.hurry();
    }
  }
}

async function step(key: string, context: AttachContext, done: Write[]): Promise<{ requeueAfterMs?: number }> {
  const { cache, neighbours, poller, memories, now, log } = context;
  const policy = cache.policy(key);
  const spec = policy === undefined ? undefined : globalTrafficPolicySpecSchema.safeParse(policy.spec);
  if (policy !== undefined && spec?.success === false) {
    const issue = spec.error.issues[0];
    await writePolicyStatus(context.client, policy, refusedStatus(policy, `spec.${issue?.path.join(".") ?? ""}: ${issue?.message ?? "is not valid"}`, now()));
    return {};
  }
  const service = cache.service(key);
  const shadow = cache.shadow(key);
  const uid = service?.metadata.uid ?? "";
  const memory = memories.get(uid) ?? readMemory(shadow);
  const observed = observeAttachment(key, {
    cache,
    neighbours,
    poller,
    policy: policy === undefined || spec?.data === undefined ? undefined : { ...policy, spec: spec.data },
    records: readPortRecords(cache.portRecords),
    memory,
    obstacles: obstacles(key, context),
    nowMs: now(),
  });
  const plan = planAttachment(observed);
  const actions = [...plan.actions, ...missingTargetPorts(observed, plan, context, key)];
  await saveMemory(key, context, plan.memory, done);
  try {
    for (const action of actions) {
      log("info", { service: key, action: action.kind, stage: plan.stage, target: plan.target, reason: action.reason }, `attachment: ${action.kind}`);
      const [namespace = ""] = key.split("/");
      const write = await applyAction(action, { client: context.client, systemNamespace: context.systemNamespace, namespace, service, shadow, slices: cache.slices(key), nowMs: now() });
      if (write !== undefined) done.push(write);
      // Noted at once: whoever takes the key away before we have seen it would else never be noticed, and fought for ever.
      if (action.kind === "patchSelector" && plan.target === "Inline") memories.set(uid, { ...plan.memory, keySetMs: now() });
    }
  } finally {
    if (policy !== undefined && plan.status !== undefined) await writePolicyStatus(context.client, policy, plan.status);
    tellEvents(key, context, plan, observed);
  }
  if (plan.waiting !== undefined) poller.hurry();
  return actions.length > 0 ? soon : plan.waiting === undefined ? {} : { requeueAfterMs: recheckWaitingMs };
}

/** A plan sees no targetPort, so a change of it would never reach the shadow. */
function missingTargetPorts(observed: ObservedAttachment, plan: AttachmentPlan, { cache }: AttachContext, key: string): AttachmentAction[] {
  const service = cache.service(key);
  const shadow = cache.shadow(key);
  if (observed.service === undefined || shadow === undefined || plan.target === "Detached" || plan.actions.some((action) => action.kind === "applyShadow")) return [];
  const same = (service?.spec.ports ?? []).every((port) => {
    const kept = shadow.spec.ports?.find((one) => one.port === port.port && (one.protocol ?? "TCP") === (port.protocol ?? "TCP"));
    return kept === undefined || (kept.targetPort ?? kept.port) === (port.targetPort ?? port.port);
  });
  return same ? [] : [{ kind: "applyShadow", shadow: shadowService(observed.service), reason: "the Service's targetPort changed" }];
}

function obstacles(key: string, { cache, systemNamespace }: AttachContext): Obstacle[] {
  if (cache.isDetachAll) {
    return [{ reason: "DetachAll", message: `everything is being detached; remove ConfigMap ${systemNamespace}/${detachAllName} to let policies work again` }];
  }
  const [namespace = "", name = ""] = key.split("/");
  const shadow = shadowName(name);
  if (cache.service(`${namespace}/${shadow}`) !== undefined && cache.shadow(key) === undefined) {
    return [{ reason: "ShadowNameTaken", message: `Service ${namespace}/${shadow} is not Sluice's, which needs that name; rename it` }];
  }
  return [];
}

async function saveMemory(key: string, { client, cache, memories }: AttachContext, memory: AttachmentMemory, done: Write[]): Promise<void> {
  const uid = cache.service(key)?.metadata.uid;
  if (uid !== undefined) memories.set(uid, memory);
  const shadow = cache.shadow(key);
  if (shadow === undefined || shadow.metadata.deletionTimestamp !== undefined) return;
  // Compared as JSON, in which a field that is undefined and one that is absent are the same.
  const text = JSON.stringify(memory);
  if (isDeepStrictEqual(JSON.parse(text), JSON.parse(JSON.stringify(readMemory(shadow))))) return;
  const { metadata } = await client.patch(kinds.services, shadow.metadata, { type: "merge", body: { metadata: { annotations: { [memoryAnnotation]: text } } } });
  done.push({ kind: "service", key: `${metadata.namespace}/${metadata.name}`, resourceVersion: metadata.resourceVersion ?? "" });
}

function refusedStatus(policy: GlobalTrafficPolicy, message: string, nowMs: number): GlobalTrafficPolicy["status"] & object {
  const before = policy.status?.conditions?.find((condition) => condition.type === "Accepted");
  const lastTransitionTime = before?.status === "False" ? before.lastTransitionTime : new Date(nowMs).toISOString().replace(/\.\d+/, "");
  const accepted = { type: "Accepted", status: "False" as const, reason: "Invalid", message: `${message}; what was in force before stays`, lastTransitionTime, observedGeneration: policy.metadata.generation };
  return { ...policy.status, conditions: [accepted, ...(policy.status?.conditions ?? []).filter((condition) => condition.type !== "Accepted")] };
}

import { effectivePlan, type AttachmentPlan, type Draft } from "./attachment-draft.ts";
import { inlineSelectorKey, inlineSelectorValue } from "./attachment-names.ts";
import { attachmentConditions } from "./attachment-conditions.ts";
import { decideTarget, resetsMax } from "./decide-target.ts";
import { isOurs, podSlices, proxySlices, sameSlice, sliceRoleLabel, type DesiredSlice } from "./desired-slices.ts";
import { failOpenRule } from "./fail-open.ts";
import type { AttachmentMemory, ObservedAttachment, ObservedProxy, ObservedService, ObservedSlice } from "./observed.ts";
import { propagationMs } from "./propagation-ms.ts";
import type { ProxySnapshotPort } from "../telemetry/proxy-snapshot.ts";
import { originalSelector, sameShadow, shadowService } from "./shadow-service.ts";

/** How long proxies of a detached service may keep their last connections. */
export const drainMaxMs = 300_000;
/** The same for those that carry nothing: callers' pools keep connections which they may never use again, and expect that a server ends those. */
export const idleDrainMaxMs = 30_000;

/**
 * What to do next for one service of one member, and what its policy's status says: a pure function of what is seen
 * now, so it may be asked at any time and after any crash. Actions are safe to apply in order and to repeat; a later
 * step is planned only once the effect of the earlier ones is observed. Never throws.
 */
export function planAttachment(observed: ObservedAttachment): AttachmentPlan {
  const stage = stageOf(observed);
  const remembered = remember(observed);
  const decision = decideTarget(observed, stage, remembered);
  const { target } = decision;
  // Who asks for nothing any more may ask anew.
  const memory = decision.wanted === "Detached" ? { ...remembered, selectorResets: [] } : remembered;
  const draft: Draft = { actions: [], waiting: undefined, memory };
  const { service } = observed;
  if (service === undefined) cleanUp(observed, draft);
  else if (target === "Inline") enterInline(observed, service, draft);
  else if (target === "Standby") enterStandby(observed, service, draft);
  else leave(observed, service, draft);
  return effectivePlan(observed, stage, decision, draft, attachmentConditions);
}

/** How far the proxies stand in the path now, whatever is wanted. */
export function stageOf({ service, slices }: ObservedAttachment): AttachmentPlan["stage"] {
  const proxies = slices.filter((slice) => isOurs(slice) && slice.labels[sliceRoleLabel] === "proxy").flatMap((slice) => slice.endpoints);
  if (service !== undefined && (hasKey(service) || selectorless(service)) && proxies.some((endpoint) => endpoint.ready)) return "Inline";
  if (service !== undefined && hasKey(service)) return "Inline";
  if (proxies.some((endpoint) => endpoint.ready)) return "Beside";
  return proxies.length > 0 ? "Standby" : "Detached";
}

/** Notes what can only be known by having seen it: when the key appeared, that someone took it away, Captured's clock. */
function remember({ service, memory, nowMs, slices }: ObservedAttachment): AttachmentMemory {
  if (service === undefined) return { selectorResets: [] };
  const others = readyCount(slices.filter((slice) => !isOurs(slice)));
  const proxies = readyCount(slices.filter((slice) => isOurs(slice) && slice.labels[sliceRoleLabel] === "proxy"));
  if (hasKey(service)) {
    const alone = others === 0 && proxies > 0;
    return { ...memory, keySetMs: memory.keySetMs ?? nowMs, leavingSinceMs: undefined, inlineSinceMs: alone ? (memory.inlineSinceMs ?? nowMs) : undefined };
  }
  const alone = selectorless(service) && proxies > 0;
  const next = { ...memory, keySetMs: undefined, inlineSinceMs: alone ? (memory.inlineSinceMs ?? nowMs) : undefined };
  if (memory.keySetMs === undefined) return next;
  // Our own removals forget `keySetMs` first, so whoever it was, it was not us.
  const reset = { atMs: nowMs, manager: service.selectorManager ?? "an unknown manager" };
  return { ...next, selectorResets: [...memory.selectorResets, reset].slice(-resetsMax) };
}

/** Shadow, listen ports, and proxies that listen; false while one of them is still to come. */
function prepare(observed: ObservedAttachment, service: ObservedService, draft: Draft): boolean {
  if (!selectorless(service)) {
    const desired = shadowService(service);
    if (!sameShadow(observed.shadow, desired)) {
      draft.actions.push({ kind: "applyShadow", shadow: desired, reason: "the shadow Service keeps the real pods' slices" });
    }
  }
  for (const { port } of tcpPorts(service)) {
    if (observed.listenPorts.some((record) => record.port === port)) continue;
    draft.actions.push({ kind: "allocatePort", port, reason: `proxies need a port to listen on for port ${port}` });
  }
  if (draft.actions.length > 0) return wait(draft, "Preparing", "the shadow Service and the listen ports are being made");
  const candidates = observed.proxies.filter(isStaying);
  if (candidates.length === 0) return wait(draft, "NoProxy", "no proxy of this cluster is ready; look at Deployment sluice-system/sluice-proxy");
  const late = candidates.filter((proxy) => !listens(proxy, observed));
  if (late.length > 0 && stageOf(observed) === "Detached") {
    return wait(draft, "ProxyNotListening", `waiting for ${late.map(({ pod }) => pod.name).join(", ")} to listen`);
  }
  return true;
}

function enterInline(observed: ObservedAttachment, service: ObservedService, draft: Draft): void {
  draft.memory = { ...draft.memory, leavingSinceMs: undefined };
  const prepared = prepare(observed, service, draft);
  const keyed = hasKey(service);
  // In the path already: proxies that went must leave the slices, whatever is awaited. But without shadow or port
  // record there is nothing to compute slices from, and those that stand are better than none.
  if (!prepared && (!keyed || draft.actions.length > 0)) return;
  const shadowReady = readySet(observed.shadowSlices);
  const open = failOpenRule(observed).allowed && !selectorless(service);
  const staying = membersOf(observed);
  const members = staying.length === 0 && (keyed || selectorless(service)) ? lastOnes(observed, open) : staying;
  if (!keyed && !selectorless(service) && !sameSet(shadowReady, readySet(observed.slices.filter((slice) => !isOurs(slice))))) {
    wait(draft, "ShadowNotReady", "waiting for the shadow Service's slices to hold the same ready pods as the Service's own");
    return;
  }
  const desired = [
    ...proxySlices(service, members, observed.listenPorts, true),
    ...(open ? podSlices(service, observed.shadowSlices, "fail-open") : []),
    ...podSlices(service, observed.shadowSlices, "real"),
  ];
  const changed = applySlices(observed, desired, draft, keyed ? "proxies in the path" : "proxies beside the pods");
  if (keyed || selectorless(service)) return;
  if (changed) wait(draft, "Entering", "proxies are stepping beside the pods");
  else if (members.length === 0) wait(draft, "NoProxy", "no proxy is ready to take over");
  else draft.actions.push(selectorPatch(service, true));
}

function enterStandby(observed: ObservedAttachment, service: ObservedService, draft: Draft): void {
  if (hasKey(service)) return removeKey(service, draft);
  if (!prepare(observed, service, draft)) return;
  if (stageOf(observed) === "Beside" && !stepBack(observed, service, draft)) return;
  applySlices(observed, proxySlices(service, membersOf(observed), observed.listenPorts, false), draft, "proxies stand by for when no pod is ready");
  // Only once it is seen: who is killed before the write would wait anew.
  if (stageOf(observed) !== "Beside") draft.memory = { ...draft.memory, leavingSinceMs: undefined };
}

function leave(observed: ObservedAttachment, service: ObservedService, draft: Draft): void {
  if (hasKey(service)) return removeKey(service, draft);
  const ours = observed.slices.filter(isOurs);
  if (ours.length > 0) {
    if (stageOf(observed) === "Beside" && !selectorless(service) && !stepBack(observed, service, draft)) return;
    const since = draft.memory.leavingSinceMs ?? observed.nowMs;
    draft.memory = { ...draft.memory, leavingSinceMs: since };
    const terminating = proxySlices(service, proxiesInSlices(observed), observed.listenPorts, false);
    if (applySlices(observed, terminating, draft, "proxies take no new connections")) return;
    const { open, busy } = connections(observed);
    const waitedMs = observed.nowMs - since;
    const boundMs = busy > 0 ? drainMaxMs : idleDrainMaxMs;
    if (waitedMs < 2 * propagationMs || (open > 0 && waitedMs < boundMs)) {
      wait(draft, "Draining", `connections still open through the proxies: ${open}, in use: ${busy}`);
      return;
    }
  }
  cleanUp(observed, draft);
}

/**
 * From Beside back: the controller's slices must cover the shadow's pods, then fail-open entries go (they would
 * shadow the ready entries of the same pods), then kube-proxies get time to see it. True when proxies may stand back.
 */
function stepBack(observed: ObservedAttachment, service: ObservedService, draft: Draft): boolean {
  const own = readySet(observed.slices.filter((slice) => !isOurs(slice)));
  if (![...readySet(observed.shadowSlices)].every((address) => own.has(address))) {
    return wait(draft, "Leaving", "waiting for the Service's own slices to hold all ready pods again");
  }
  const since = draft.memory.leavingSinceMs ?? observed.nowMs;
  draft.memory = { ...draft.memory, leavingSinceMs: since };
  const kept = proxySlices(service, proxiesInSlices(observed), observed.listenPorts, true);
  if (applySlices(observed, kept, draft, "the pods serve again")) return false;
  if (observed.nowMs - since < propagationMs) return wait(draft, "Leaving", "waiting for every node to see the pods again");
  return true;
}

function cleanUp(observed: ObservedAttachment, draft: Draft): void {
  const ours = observed.slices.filter(isOurs);
  for (const { name } of ours) draft.actions.push({ kind: "deleteSlice", name, reason: "the service is Detached" });
  if (ours.length > 0) return;
  for (const { port } of observed.listenPorts) draft.actions.push({ kind: "freePort", port, reason: "no slice names it any more" });
  if (observed.shadow !== undefined) draft.actions.push({ kind: "deleteShadow", name: observed.shadow.name, reason: "the service is Detached" });
  const { selectorResets } = draft.memory;
  draft.memory = { selectorResets };
}

/** Writes what differs and deletes what is too much, in this order, so that there is never less than wanted. */
function applySlices(observed: ObservedAttachment, desired: readonly DesiredSlice[], draft: Draft, reason: string): boolean {
  const ours = observed.slices.filter(isOurs);
  const before = draft.actions.length;
  for (const slice of desired) {
    if (!sameSlice(ours.find(({ name }) => name === slice.name), slice)) draft.actions.push({ kind: "applySlice", slice, reason });
  }
  for (const { name } of ours) {
    if (!desired.some((slice) => slice.name === name)) draft.actions.push({ kind: "deleteSlice", name, reason });
  }
  return draft.actions.length > before;
}

function removeKey(service: ObservedService, draft: Draft): void {
  draft.actions.push(selectorPatch(service, false));
  draft.memory = { ...draft.memory, keySetMs: undefined, inlineSinceMs: undefined };
  wait(draft, "Leaving", "the Service gets its own selector back");
}

function selectorPatch(service: ObservedService, add: boolean): AttachmentPlan["actions"][number] {
  const value = add ? { ...service.selector, [inlineSelectorKey]: inlineSelectorValue } : originalSelector(service);
  return {
    kind: "patchSelector",
    patch: [
      { op: "test", path: "/metadata/uid", value: service.uid },
      { op: "test", path: "/spec/selector", value: service.selector },
      { op: "replace", path: "/spec/selector", value },
    ],
    reason: add ? "proxies stand ready beside the pods: they take over" : "the proxies step out of the path",
  };
}

/**
 * Proxies that may stand in slices: ready, staying, listening, reached by their peers; never fewer than half of those
 * that listen, since then it is more likely the observer that is cut off.
 */
function membersOf(observed: ObservedAttachment): ObservedProxy[] {
  const listed = proxiesInSlices(observed);
  const listening = observed.proxies.filter((proxy) => {
    // That a snapshot can't be read is the observer's trouble: it keeps a proxy out, but takes none out.
    const trusted = proxy.snapshot === undefined ? listed.includes(proxy) : listens(proxy, observed);
    return isStaying(proxy) && trusted;
  });
  const reachable = listening.filter((proxy) => proxy.reachable);
  return reachable.length * 2 >= listening.length ? reachable : listening;
}

/**
 * Where nobody else may stand in slices: proxies that are about to end, and serve for as long as slices list them (30 s at
 * most). They stay until one that is ready already listens too, or, where the pods must not serve without a proxy, until
 * one comes at all.
 */
function lastOnes(observed: ObservedAttachment, mayPodsServe: boolean): ObservedProxy[] {
  if (mayPodsServe && !observed.proxies.some(isStaying)) return [];
  return proxiesInSlices(observed).filter(({ deleting, reachable }) => deleting && reachable);
}

function isStaying({ ready, deleting }: ObservedProxy): boolean {
  return ready && !deleting;
}

function proxiesInSlices(observed: ObservedAttachment): ObservedProxy[] {
  const listed = new Set(observed.slices.filter((slice) => isOurs(slice) && slice.labels[sliceRoleLabel] === "proxy").flatMap((slice) => slice.endpoints.map(({ address }) => address)));
  return observed.proxies.filter((proxy) => proxy.addresses.some((address) => listed.has(address)));
}

function listens({ snapshot, addresses }: ObservedProxy, { service, listenPorts }: ObservedAttachment): boolean {
  if (service === undefined || snapshot?.uid !== service.uid) return false;
  const families = service.ipFamilies.every((family) => addresses.some((address) => address.includes(":") === (family === "IPv6")));
  return families && tcpPorts(service).every(({ port }) => {
    const listenPort = listenPorts.find((record) => record.port === port)?.listenPort;
    return snapshot.ports.some((seen) => seen.port === port && seen.listening && seen.listenPort === listenPort);
  });
}

function connections({ proxies }: ObservedAttachment): { open: number; busy: number } {
  const ports = proxies.flatMap(({ snapshot }) => snapshot?.ports ?? []);
  const sum = (count: (port: ProxySnapshotPort) => number) => ports.reduce((total, port) => total + count(port), 0);
  return { open: sum(({ openConnections }) => openConnections), busy: sum(({ openConnections, busyConnections = openConnections }) => busyConnections) };
}

function readySet(slices: readonly ObservedSlice[]): Set<string> {
  return new Set(slices.flatMap((slice) => slice.endpoints.filter((endpoint) => endpoint.ready).map((endpoint) => endpoint.address)));
}

function readyCount(slices: readonly ObservedSlice[]): number {
  return readySet(slices).size;
}

function sameSet(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((entry) => b.has(entry));
}

function tcpPorts(service: ObservedService): ObservedService["ports"] {
  return service.ports.filter(({ protocol }) => protocol === "TCP");
}

function hasKey(service: ObservedService): boolean {
  return inlineSelectorKey in service.selector;
}

function selectorless(service: ObservedService): boolean {
  return Object.keys(service.selector).length === 0;
}

function wait(draft: Draft, reason: string, message: string): false {
  draft.waiting ??= { reason, message };
  return false;
}

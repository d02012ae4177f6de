import { expect, test } from "vitest";
import type { AttachmentPlan } from "./attachment-draft.ts";
import type { ObservedAttachment, ObservedService } from "./observed.ts";
import { drainMaxMs, idleDrainMaxMs, planAttachment } from "./plan-attachment.ts";
import { other, own, serviceOf, SmallMember } from "./testing/small-member.ts";

const split = { lbType: "ActiveActive", targets: [{ clusterKey: other, weight: 10 }] };
const condition = (plan: AttachmentPlan, type: string) => plan.conditions.find((one) => one.type === type);

test("golden trace: Detached, Beside, Inline, Beside, drain, Detached; somebody serves after every write", () => {
  const world = new SmallMember();
  expect(world.settle()).toEqual(["Detached"]);
  expect(world.trace).toEqual([]);
  world.setPolicy(split);
  expect(world.settle()).toEqual(["Detached", "Beside", "Inline"]);
  expect(world.trace).toEqual(["applyShadow", "allocatePort", "applySlice", "applySlice", "patchSelector add"]);
  expect(world.serving()).toEqual(world.proxies);
  world.setPolicy({ lbType: "Locality" });
  world.openConnections = 3;
  for (let count = 0; count < 30; count++) {
    world.pass();
    world.controllers();
    world.nowMs += 1000;
  }
  expect(planAttachment(world.observe()).waiting?.reason).toBe("Draining");
  expect(world.serving()).toEqual(world.pods);
  world.openConnections = 0;
  expect(world.settle()).toEqual(["Standby", "Detached"]);
  expect(world.trace).toEqual(["deleteSlice", "freePort", "deleteShadow"]);
  expect(world.ours.size).toBe(0);
  expect(world.memory).toEqual({ selectorResets: [] });
});

test("leaving removes fail-open entries only after the pods are back, and marks the proxies terminating last", () => {
  const world = new SmallMember();
  world.setPolicy(split);
  world.settle();
  world.setPolicy({ lbType: "Locality" });
  world.settle();
  expect(world.trace).toEqual(["patchSelector remove", "deleteSlice", "applySlice", "deleteSlice", "freePort", "deleteShadow"]);
});

test("drain ends at its bound although a connection stays open", () => {
  const world = new SmallMember();
  world.setPolicy(split);
  world.settle();
  world.setPolicy({ lbType: "Locality" });
  world.openConnections = 1;
  const since = world.nowMs;
  world.settle(drainMaxMs / 1000 + 20);
  expect(world.nowMs - since).toBeGreaterThan(drainMaxMs);
});

test("connections that carry nothing hold the proxies for less long than those in use", () => {
  const leftAfterMs = (busy: number | undefined): number => {
    const world = new SmallMember();
    world.setPolicy(split);
    world.settle();
    world.setPolicy({ lbType: "Locality" });
    world.openConnections = 2;
    world.busyConnections = busy;
    const since = world.nowMs;
    for (let seconds = 0; planAttachment(world.observe()).stage !== "Detached" && seconds < 1_000; seconds++) {
      world.pass();
      world.controllers();
      world.nowMs += 1000;
    }
    return world.nowMs - since;
  };
  expect(leftAfterMs(0)).toBeGreaterThan(idleDrainMaxMs);
  expect(leftAfterMs(0)).toBeLessThan(idleDrainMaxMs + 20_000);
  expect(leftAfterMs(1)).toBeGreaterThan(drainMaxMs);
  expect(leftAfterMs(undefined)).toBeGreaterThan(drainMaxMs);
});

test("Standby: proxies serve only when no pod is ready, and it leaves without trace", () => {
  const world = new SmallMember();
  world.setPolicy({ lbType: "FailOver", targets: [{ clusterKey: other }] });
  expect(world.settle()).toEqual(["Detached", "Standby"]);
  expect(world.serving()).toEqual(world.pods);
  const { pods } = world;
  world.pods = [];
  world.controllers();
  expect(world.serving()).toEqual(world.proxies);
  world.pods = pods;
  world.controllers();
  world.setPolicy(split);
  expect(world.settle()).toEqual(["Standby", "Beside", "Inline"]);
  world.setPolicy({ lbType: "FailOver", targets: [{ clusterKey: other }] });
  expect(world.settle()).toEqual(["Inline", "Beside", "Standby"]);
  world.setPolicy({ lbType: "Locality" });
  world.settle();
  expect(world.ours.size).toBe(0);
});

test("FailOver is Inline where kube-proxy is too old to fall back", () => {
  const world = new SmallMember();
  world.change = { terminatingFallback: false };
  world.setPolicy({ lbType: "FailOver", targets: [{ clusterKey: other }] });
  expect(world.settle()).toEqual(["Detached", "Beside", "Inline"]);
  expect(condition(planAttachment(world.observe()), "FailOpen")).toMatchObject({ status: "False", reason: "KubeProxyTooOld" });
});

test("Enforced, acknowledged and Captured; pods rolled after 60 s make it True", () => {
  const world = new SmallMember();
  world.setPolicy(split);
  world.settle();
  const plan = planAttachment(world.observe());
  expect(condition(plan, "Enforced")).toMatchObject({ status: "True", reason: "Inline" });
  expect(condition(plan, "Captured")?.message).toContain("2 of 2 pods are older than the attachment");
  expect(plan.status).toMatchObject({ acknowledged: { ready: 2, total: 2 }, attachment: "Inline", split: [{ sharePermille: 909 }, { sharePermille: 91 }] });
  const rolled = (createdAtMs: number) => {
    world.change = { pods: [{ name: "new", uid: "new", createdAtMs, labels: { app: "pipy" }, mesh: undefined }] };
    return condition(planAttachment(world.observe()), "Captured")?.status;
  };
  const since = world.memory.inlineSinceMs ?? 0;
  expect([rolled(since + 59_999), rolled(since + 60_000)]).toEqual(["False", "True"]);
});

test("with an own share of 0 there are no fail-open entries", () => {
  const world = new SmallMember();
  world.setPolicy({ lbType: "ActiveActive", targets: [{ clusterKey: own, weight: 0 }, { clusterKey: other, weight: 1000 }] });
  world.settle();
  expect([...world.ours.values()].map((slice) => slice.labels["sluice.dev/role"])).toEqual(["proxy"]);
  expect(condition(planAttachment(world.observe()), "FailOpen")).toMatchObject({ status: "False", reason: "Closed" });
});

test.each<[string, boolean, string, RegExp, { weight?: number; accounts?: string[]; annotations?: Record<string, string>; pods?: string[] }]>([
  ["an own share above 0", true, "Open", /2 local pods serve.*own share is above 0/, {}],
  ["no account named", true, "Open", /2 local pods/, { accounts: ["", "*"] }],
  ["an own share of 0", false, "Closed", /own share is 0/, { weight: 0 }],
  ["restricted access", false, "Closed", /restricted to service account shop\/till/, { accounts: ["*", "shop/till"] }],
  ["asked for by annotation", true, "Open", /annotation sluice.dev\/fail-open asks/, { weight: 0, accounts: ["shop/till"], annotations: { "sluice.dev/fail-open": "true" } }],
  ["any other value of the annotation", false, "Closed", /own share is 0/, { weight: 0, annotations: { "sluice.dev/fail-open": "yes" } }],
  ["no ready pod", false, "Empty", /none is ready/, { pods: [] }],
])("fail-open with %s: %s, %s", (_case, entries, reason, message, { weight = 90, accounts = ["*"], annotations = {}, pods }) => {
  const world = new SmallMember();
  world.service = serviceOf({ annotations });
  world.change = { allowedAccounts: accounts };
  world.setPolicy({ lbType: "ActiveActive", targets: [{ clusterKey: own, weight }, { clusterKey: other, weight: 10 }] });
  world.settle();
  if (pods !== undefined) {
    world.pods = pods;
    world.controllers();
    for (let count = 0; count < 5; count++) for (const action of planAttachment(world.observe()).actions) world.apply(action);
  }
  expect([...world.ours.values()].some((slice) => slice.labels["sluice.dev/role"] === "fail-open")).toBe(entries);
  const said = condition(planAttachment(world.observe()), "FailOpen");
  expect(said).toMatchObject({ status: entries ? "True" : "False", reason });
  expect(said?.message).toMatch(message);
});

test("a selector that is reset twice: step out and name the manager", () => {
  const world = new SmallMember();
  world.setPolicy(split);
  world.settle();
  const reset = () => {
    world.service = serviceOf({ selectorManager: "argocd" });
    world.controllers();
  };
  reset();
  expect(world.settle()).toEqual(["Beside", "Inline"]);
  reset();
  world.settle();
  const plan = planAttachment(world.observe());
  expect(plan.stage).toBe("Detached");
  expect(condition(plan, "Enforced")).toMatchObject({ status: "False", reason: "SelectorContested" });
  expect(condition(plan, "Enforced")?.message).toContain("argocd reset the selector 2 times, last at 2026-01-01T");
});

test("a proxy that goes leaves the slices, all of them gone leaves the fail-open entries", () => {
  const world = new SmallMember();
  world.setPolicy(split);
  world.settle();
  world.proxies = ["10.2.0.1"];
  world.settle();
  expect(world.serving()).toEqual(["10.2.0.1"]);
  world.proxies = [];
  world.pass();
  expect(world.serving()).toEqual(world.pods);
});

test.each<[string, Partial<ObservedService>]>([
  ["Headless", { clusterIP: "None" }],
  ["ExternalName", { type: "ExternalName" }],
  ["SystemNamespace", { namespace: "kube-system" }],
  ["SessionAffinity", { sessionAffinity: "ClientIP" }],
  ["InternalTrafficPolicyLocal", { internalTrafficPolicy: "Local" }],
  ["PublishNotReadyAddresses", { publishNotReadyAddresses: true }],
])("preflight refuses: %s", (reason, change) => {
  const world = new SmallMember();
  world.setPolicy(split);
  world.service = serviceOf(change);
  const plan = planAttachment(world.observe());
  expect(plan.actions).toEqual([]);
  expect(condition(plan, "Enforced")).toMatchObject({ status: "False", reason });
});

test("a Service that vanished is cleaned up", () => {
  const world = new SmallMember();
  world.setPolicy(split);
  world.settle();
  world.service = undefined;
  const kinds = [0, 1].map(() => {
    const plan = planAttachment(world.observe());
    for (const action of plan.actions) world.apply(action);
    return plan.actions.map(({ kind }) => kind);
  });
  expect(kinds).toEqual([["deleteSlice", "deleteSlice"], ["freePort", "deleteShadow"]]);
});

test("asked for by annotation: Inline at 100 % local", () => {
  const world = new SmallMember();
  world.service = serviceOf({ annotations: { "sluice.dev/attach": "Inline" } });
  expect(world.settle()).toEqual(["Detached", "Beside", "Inline"]);
});

test("snapshots that can't be read, a lost port record or shadow take no proxy out of the path", () => {
  const world = new SmallMember();
  world.setPolicy(split);
  world.settle();
  const observed = world.observe();
  const blind = { ...observed, proxies: observed.proxies.map((proxy) => ({ ...proxy, snapshot: undefined })) };
  const kindsOf = (seen: ObservedAttachment) => planAttachment(seen).actions.map(({ kind }) => kind);
  expect(kindsOf(blind)).toEqual([]);
  expect(kindsOf({ ...observed, listenPorts: [] })).toEqual(["allocatePort"]);
  expect(kindsOf({ ...observed, shadow: undefined, shadowSlices: [] })).toEqual(["applyShadow"]);
});

test("peers that reach fewer than half of the proxies are not believed", () => {
  const world = new SmallMember();
  world.setPolicy(split);
  world.settle();
  const observed = world.observe();
  const reaching = (count: number) =>
    planAttachment({ ...observed, proxies: observed.proxies.map((proxy, at) => ({ ...proxy, reachable: at < count })) }).actions.map(({ kind }) => kind);
  expect(reaching(1)).toEqual(["applySlice"]);
  expect(reaching(0)).toEqual([]);
});

test("leaving, the proxies serve for as long as the EndpointSlice controller is behind", () => {
  const world = new SmallMember();
  world.setPolicy(split);
  world.settle();
  world.setPolicy({ lbType: "Locality" });
  for (let count = 0; count < 20; count++) {
    world.pass();
    world.nowMs += 1000;
  }
  expect(world.serving()).toEqual(world.proxies);
  expect(planAttachment(world.observe())).toMatchObject({ stage: "Beside", waiting: { reason: "Leaving" } });
});

test("entering waits for the shadow's pods and for proxies that listen", () => {
  const world = new SmallMember();
  world.setPolicy(split);
  world.pass();
  expect(planAttachment(world.observe()).waiting?.reason).toBe("ShadowNotReady");
  world.controllers();
  const observed = world.observe();
  const deaf = { ...observed, proxies: observed.proxies.map((proxy) => ({ ...proxy, snapshot: undefined })) };
  expect(planAttachment(deaf)).toMatchObject({ actions: [], waiting: { reason: "ProxyNotListening" } });
  expect(planAttachment({ ...observed, proxies: [] })).toMatchObject({ actions: [], waiting: { reason: "NoProxy" } });
});

test("a service that exists only in other clusters: proxies serve at once, and step back when pods come (D4, D5)", () => {
  const world = new SmallMember();
  const { pods } = world;
  world.service = serviceOf({ selector: {} });
  world.pods = [];
  world.controllers();
  world.setPolicy({ lbType: "FailOver", targets: [{ clusterKey: other }] });
  for (let count = 0; count < 5; count++) {
    for (const action of planAttachment(world.observe()).actions) world.apply(action);
  }
  expect(planAttachment(world.observe())).toMatchObject({ stage: "Inline", actions: [] });
  expect(condition(planAttachment(world.observe()), "Enforced")?.status).toBe("True");
  expect(world.serving()).toEqual(world.proxies);
  world.service = serviceOf();
  world.pods = pods;
  world.controllers();
  expect(world.settle().at(-1)).toBe("Standby");
  expect(world.serving()).toEqual(pods);
});

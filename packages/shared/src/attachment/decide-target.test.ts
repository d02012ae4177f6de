import { expect, test } from "vitest";
import { planAttachment } from "./plan-attachment.ts";
import { other, serviceOf, SmallMember } from "./testing/small-member.ts";

const split = { lbType: "ActiveActive", targets: [{ clusterKey: other, weight: 10 }] };
const failOver = { lbType: "FailOver", targets: [{ clusterKey: other }] };
const locality = { lbType: "Locality" };
const refused = serviceOf({ sessionAffinity: "ClientIP" });
const enforced = (world: SmallMember) => planAttachment(world.observe()).conditions.find(({ type }) => type === "Enforced");
const checked = (world: SmallMember) => planAttachment(world.observe()).conditions.find(({ type }) => type === "Preflight");

/** Brings a service to where `before` leads, lets its preflight turn bad, and then asks for `after`. */
test.each<[string, object, object, string[], string, object]>([
  ["Detached stays Detached", locality, split, ["Detached"], "Detached", { status: "False", reason: "SessionAffinity" }],
  ["Detached does not even stand by", locality, failOver, ["Detached"], "Detached", { status: "False", reason: "SessionAffinity" }],
  ["Detached is what Locality asks for", locality, locality, ["Detached"], "Detached", { status: "True", reason: "Detached" }],
  ["Inline stays Inline", split, split, ["Inline"], "Inline", { status: "True", reason: "Inline" }],
  ["Inline takes another split", split, { ...split, targets: [{ clusterKey: other, weight: 50 }] }, ["Inline"], "Inline", { status: "True", reason: "Inline" }],
  ["Inline may step back to Standby", split, failOver, ["Inline", "Beside", "Standby"], "Standby", { status: "True", reason: "Standby" }],
  ["Inline may leave", split, locality, ["Inline", "Beside", "Standby", "Detached"], "Detached", { status: "True", reason: "Detached" }],
  ["Standby stays Standby", failOver, failOver, ["Standby"], "Standby", { status: "True", reason: "Standby" }],
  ["Standby does not go Inline", failOver, split, ["Standby"], "Standby", { status: "False", reason: "SessionAffinity" }],
])("a preflight that turns bad: %s", (_case, before, after, stages, end, verdict) => {
  const world = new SmallMember();
  world.setPolicy(before);
  world.settle();
  world.service = { ...refused, selector: world.service?.selector ?? {} };
  world.setPolicy(after);
  expect(world.settle()).toEqual(stages);
  expect(planAttachment(world.observe()).stage).toBe(end);
  expect(enforced(world)).toMatchObject(verdict);
  expect(checked(world)).toMatchObject({ status: "False", reason: "SessionAffinity" });
});

test("what can't be looked at is said, and stops nobody; what is still looked at is waited for", () => {
  const world = new SmallMember();
  world.setPolicy(split);
  const surroundings = { claims: [], unseen: [{ kind: "ingresses", why: "forbidden" }], pending: [], proxyImages: [] };
  world.change = { surroundings: { ...surroundings, pending: ["ingresses"] } };
  expect(planAttachment(world.observe())).toMatchObject({ actions: [], target: "Detached" });
  expect(enforced(world)).toMatchObject({ status: "False", reason: "PreflightPending" });
  world.change = { surroundings };
  expect(world.settle()).toEqual(["Detached", "Beside", "Inline"]);
  expect(checked(world)).toMatchObject({ status: "Unknown", reason: "NotSeen" });
});

test("leaving, a refusal does not bring a service back to stand by", () => {
  const world = new SmallMember();
  world.setPolicy(split);
  world.settle();
  world.setPolicy(locality);
  world.openConnections = 1;
  for (let count = 0; count < 20; count++) {
    world.pass();
    world.controllers();
    world.nowMs += 1000;
  }
  expect(planAttachment(world.observe())).toMatchObject({ stage: "Standby", waiting: { reason: "Draining" } });
  world.service = { ...refused, selector: world.service?.selector ?? {} };
  world.setPolicy(split);
  expect(planAttachment(world.observe())).toMatchObject({ target: "Detached" });
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { drainMaxMs, planAttachment } from "./plan-attachment.ts";
import { other, own, SmallMember } from "./testing/small-member.ts";

const policies = {
  local: { lbType: "Locality" },
  split: { lbType: "ActiveActive", targets: [{ clusterKey: other, weight: 10 }] },
  away: { lbType: "ActiveActive", targets: [{ clusterKey: own, weight: 0 }, { clusterKey: other, weight: 1000 }] },
  failOver: { lbType: "FailOver", targets: [{ clusterKey: other }] },
} as const;
type PolicyName = keyof typeof policies;
const names = Object.keys(policies) as PolicyName[];

type Step =
  | { do: "policy"; name: PolicyName }
  /** The controller looks and does so many of its actions; fewer than all: it is killed there and starts anew. */
  | { do: "pass"; actions: number }
  | { do: "controllers" }
  | { do: "wait"; ms: number }
  /** Scaled, or (the same number) rolled. */
  | { do: "pods"; count: number }
  /** A rollout or a drained node: the others are ready before these end, and listen a while later. */
  | { do: "proxies"; count: number }
  | { do: "connections"; count: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant("policy" as const), name: fc.constantFrom(...names) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("pass" as const), actions: fc.constantFrom(0, 1, 2, 3, Infinity, Infinity) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("controllers" as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.constantFrom(100, 4_000, 10_000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("pods" as const), count: fc.integer({ min: 0, max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("proxies" as const), count: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("connections" as const), count: fc.constantFrom(0, 2) }) },
);

let counter = 0;
const fresh = (prefix: string, count: number) => Array.from({ length: count }, () => `${prefix}.${++counter}`);

function take(world: SmallMember, one: Step): void {
  switch (one.do) {
    case "policy":
      return world.setPolicy(policies[one.name]);
    case "pass": {
      const { length } = planAttachment(world.observe()).actions;
      world.pass(one.actions);
      if (one.actions < length) world.restart();
      return world.endProxies();
    }
    case "controllers":
      world.controllers();
      return world.mustServe();
    case "wait":
      world.nowMs += one.ms;
      world.late.clear();
      return undefined;
    case "pods": {
      // As a rollout does it: new ones are ready, and seen to be, before old ones end; these serve until then.
      const next = fresh("10.1.1", one.count);
      if (next.length > 0) {
        world.pods = [...world.pods, ...next];
        world.controllers();
        for (let count = 0; count < 3; count++) world.pass();
      }
      world.pods = next;
      world.controllers();
      return world.mustServe();
    }
    case "proxies": {
      const next = fresh("10.2.1", one.count);
      for (const address of world.proxies) world.leaving.add(address);
      world.proxies = [...world.proxies, ...next];
      world.late = new Set([...world.late, ...next]);
      return undefined;
    }
    case "connections":
      world.openConnections = one.count;
  }
}

/** All that is left of the attachment, whatever the way was. */
function endOf(world: SmallMember): object {
  const serving = world.serving();
  return {
    stage: planAttachment(world.observe()).stage,
    keyed: "sluice.dev/inline" in (world.service?.selector ?? {}),
    shadow: world.shadow !== undefined,
    roles: [...new Set([...world.ours.values()].filter(({ endpoints }) => endpoints.length > 0).map(({ labels }) => labels["sluice.dev/role"]))].toSorted((a = "", b = "") => a.localeCompare(b)),
    ports: world.listenPorts.length,
    serving: serving.length === 0 ? "nobody" : serving.every((address) => world.pods.includes(address)) ? "pods" : "proxies",
  };
}

function expectedEnd(policy: PolicyName, pods: number): object {
  const somebody = pods > 0 ? "pods" : "nobody";
  switch (policy) {
    case "local":
      return { stage: "Detached", keyed: false, shadow: false, roles: [], ports: 0, serving: somebody };
    case "failOver":
      return { stage: "Standby", keyed: false, shadow: true, roles: ["proxy"], ports: 1, serving: pods > 0 ? "pods" : "proxies" };
    case "split":
    case "away":
      return { stage: "Inline", keyed: true, shadow: true, roles: policy === "split" && pods > 0 ? ["fail-open", "proxy"] : ["proxy"], ports: 1, serving: "proxies" };
  }
}

test("whatever happens, and wherever the controller is killed: somebody serves at every moment, and the end is what the policy asks for", () => {
  fc.assert(
    fc.property(fc.constantFrom(...names), fc.array(step, { maxLength: 40, size: "max" }), fc.constantFrom(...names), (first, steps, last) => {
      const world = new SmallMember();
      world.setPolicy(policies[first]);
      world.settle();
      world.fallsBack = false;
      for (const one of steps) take(world, one);
      world.setPolicy(policies[last]);
      world.openConnections = 0;
      world.late.clear();
      world.controllers();
      for (let count = 0; count < 3; count++) {
        world.settle(drainMaxMs / 1000 + 60);
        world.endProxies();
        world.controllers();
      }
      world.fallsBack = true;
      expect(endOf(world)).toEqual(expectedEnd(last, world.pods.length));
      expect(world.memory.selectorResets).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test.each(names.flatMap((from) => names.filter((to) => to !== from).map((to) => [from, to] as const)))("killed before every single action from %s to %s: the same end", (from, to) => {
  const world = new SmallMember();
  world.setPolicy(policies[from]);
  world.settle();
  world.setPolicy(policies[to]);
  for (let round = 0; round < 60; round++) {
    // Killed before the first action, then after it: each time it knows no more than what it had saved.
    take(world, { do: "pass", actions: 0 });
    world.restart();
    take(world, { do: "pass", actions: 1 });
    world.restart();
    take(world, { do: "controllers" });
    world.nowMs += 1_000;
  }
  expect(endOf(world)).toEqual(expectedEnd(to, world.pods.length));
});

import { expect, test } from "vitest";
import { other, own, SmallMember } from "./testing/small-member.ts";

const policies = {
  Detached: { lbType: "Locality" },
  Standby: { lbType: "FailOver", targets: [{ clusterKey: other }] },
  Inline: { lbType: "ActiveActive", targets: [{ clusterKey: other, weight: 10 }] },
  "Inline without own share": { lbType: "ActiveActive", targets: [{ clusterKey: own, weight: 0 }, { clusterKey: other, weight: 1000 }] },
};
const { pods, proxies } = new SmallMember();
const nextPods = ["10.1.1.1", "10.1.1.2"];
const nextProxies = ["10.2.1.1", "10.2.1.2"];

/** What happens to the member, each step followed by what the controller does about it. */
const events = {
  /** New pods come, are seen, and the old ones go; on a drained node the same. */
  "a rollout of the target": [(world: SmallMember) => (world.pods = [...world.pods, ...nextPods]), (world: SmallMember) => (world.pods = nextPods)],
  "a rollout of the proxies": [
    (world: SmallMember) => (world.proxies = [...world.proxies, ...nextProxies]),
    (world: SmallMember) => (world.leaving = new Set(world.proxies.filter((address) => !nextProxies.includes(address)))),
    (world: SmallMember) => world.endProxies(),
  ],
  /** As where an eviction waits for the next proxy to be ready, and for nothing else. */
  "the last proxies end before the next ones listen": [
    (world: SmallMember) => {
      world.leaving = new Set(world.proxies);
      world.proxies = [...world.proxies, ...nextProxies];
      world.late = new Set(nextProxies);
    },
    (world: SmallMember) => (world.late = new Set()),
    (world: SmallMember) => world.endProxies(),
  ],
  "all proxies end, and later come back": [
    (world: SmallMember) => (world.leaving = new Set(world.proxies)),
    (world: SmallMember) => (world.proxies = [...world.proxies, ...nextProxies]),
    (world: SmallMember) => world.endProxies(),
  ],
  "all proxies lost at once, and back": [(world: SmallMember) => (world.proxies = []), (world: SmallMember) => (world.proxies = nextProxies)],
  "scaled to zero": [(world: SmallMember) => (world.pods = [])],
  "scaled to zero and back": [(world: SmallMember) => (world.pods = []), (world: SmallMember) => (world.pods = nextPods)],
};

/** What the controller writes after each step, and who serves in the end. That somebody serves after every write is seen on the way. */
const golden: [keyof typeof policies, keyof typeof events, string, string[]][] = [
  ["Detached", "a rollout of the target", "- | -", nextPods],
  ["Detached", "a rollout of the proxies", "- | - | -", pods],
  ["Detached", "all proxies lost at once, and back", "- | -", pods],
  ["Detached", "scaled to zero", "-", []],
  ["Detached", "scaled to zero and back", "- | -", nextPods],
  ["Standby", "a rollout of the target", "- | -", nextPods],
  ["Standby", "a rollout of the proxies", "applySlice | applySlice | -", pods],
  ["Standby", "all proxies lost at once, and back", "- | applySlice", pods],
  ["Standby", "scaled to zero", "-", proxies],
  ["Standby", "scaled to zero and back", "- | -", nextPods],
  ["Inline", "a rollout of the target", "applySlice | applySlice", proxies],
  ["Inline", "a rollout of the proxies", "applySlice | applySlice | -", nextProxies],
  ["Inline", "the last proxies end before the next ones listen", "- | applySlice | -", nextProxies],
  ["Inline", "all proxies end, and later come back", "deleteSlice | applySlice | -", nextProxies],
  ["Inline", "all proxies lost at once, and back", "deleteSlice | applySlice", nextProxies],
  ["Inline", "scaled to zero", "deleteSlice", proxies],
  ["Inline", "scaled to zero and back", "deleteSlice | applySlice", proxies],
  ["Inline without own share", "a rollout of the target", "- | -", proxies],
  ["Inline without own share", "a rollout of the proxies", "applySlice | applySlice | -", nextProxies],
  ["Inline without own share", "the last proxies end before the next ones listen", "- | applySlice | -", nextProxies],
  ["Inline without own share", "all proxies end, and later come back", "- | applySlice | -", nextProxies],
  ["Inline without own share", "scaled to zero", "-", proxies],
  ["Inline without own share", "scaled to zero and back", "- | -", proxies],
];

test.each(golden)("%s, %s", (stage, event, actions, serving) => {
  const world = new SmallMember();
  world.setPolicy(policies[stage]);
  world.settle();
  const traces = events[event].map((happens) => {
    happens(world);
    world.controllers();
    world.settleOrWait();
    return world.trace.join("+") || "-";
  });
  expect([traces.join(" | "), world.serving()]).toEqual([actions, serving]);
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { Destination } from "../balance/destination.ts";
import { EjectionState } from "../balance/ejection-state.ts";
import { EndpointGroup } from "../balance/endpoint-group.ts";
import { GatewayHealth } from "../health/gateway-health.ts";
import { HealthBoard } from "../health/health-board.ts";
import { LocalTarget, RemoteTarget } from "./cluster-target.ts";
import { ServiceRoute } from "./service-route.ts";

const keys = ["b", "c"];
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("requests" as const), count: fc.integer({ min: 1, max: 30 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom("fail" as const, "answer" as const, "bad" as const), key: fc.constantFrom(...keys) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 20_000 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("apply" as const), own: fc.boolean(), offered: fc.subarray(keys), weights: fc.constantFrom([1, 1, 1], [100, 10, 900], [0, 3, 7]), generation: fc.integer({ min: 1, max: 3 }) }) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** A route of cluster a to a, b and c, with a clock of its own. */
function makeRoute(random: () => number) {
  let nowMs = 0;
  const board = new HealthBoard();
  const deps = { random, nowMs: () => nowMs, epochMs: () => 1_000_000 + nowMs, board, rampUpMs: 30_000 };
  const route = new ServiceRoute("n/s", 80, deps);
  const health = new Map(keys.map((key) => [key, new GatewayHealth(board)]));
  const ejections = new Map(keys.map((key) => [key, new EjectionState()]));
  const remotes = new Map(
    keys.map((key) => {
      const group = new EndpointGroup([new Destination(key, 1, key)], "RoundRobinLoadBalancer", 0);
      return [key, new RemoteTarget(key, route.counters.target(key), group, "/", health.get(key) as GatewayHealth, ejections.get(key) as EjectionState, board, deps.nowMs)];
    }),
  );
  const apply = ({ own, offered, weights, generation }: Extract<Step, { kind: "apply" }>): void => {
    const requested = { mode: "ActiveActive" as const, targets: ["a", ...keys].map((clusterKey, index) => ({ clusterKey, weight: weights[index] ?? 0 })) };
    const part = { port: 80, listenPort: 0, protocol: "http" as const, passLocal: false, requested, local: { endpoints: [] }, remotes: [], sticky: false, loadBalancer: "RoundRobinLoadBalancer" as const };
    // Weights belong to the generation: the same generation with others would be another policy.
    const policy = { uid: "u", generation: generation * 10 + (weights[1] ?? 0), splitHash: offered.join() };
    const local = new LocalTarget("a", route.counters.target("a"), new EndpointGroup(own ? [new Destination("a", 1, "a")] : [], "RoundRobinLoadBalancer", 0), deps.nowMs);
    route.update("a", { key: "n/s", uid: "s", policy, ports: [part] }, part, local, new Map([...remotes].filter(([key]) => offered.includes(key))));
  };
  const run = (step: Step): void => {
    if (step.kind === "requests") for (let count = 0; count < step.count; count++) route.choose();
    else if (step.kind === "wait") nowMs += step.ms;
    else if (step.kind === "apply") apply(step);
    else if (step.kind === "fail") remotes.get(step.key)?.onDialFailure();
    else if (step.kind === "bad") for (let count = 0; count < 5; count++) remotes.get(step.key)?.onBadAnswer();
    else health.get(step.key)?.onAnswer(null, nowMs);
  };
  return { route, run };
}

test("whatever happens to the targets, the counts since the last change are within the quota of the split in force", () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 60 }), fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })), (steps, stream) => {
      const { route, run } = makeRoute(() => stream.next().value ?? 0);
      run({ kind: "apply", own: true, offered: keys, weights: [100, 10, 900], generation: 1 });
      for (const next of steps) {
        run(next);
        // As the proxy does: asking for the health compiles what is due.
        const { inForce, targets } = route.counters.toTelemetry(route.health(), 0);
        expect(inForce?.targets).toEqual(route.effective.targets);
        const weights = (inForce?.targets ?? []).reduce((sum, { weight }) => sum + weight, 0);
        const total = targets.reduce((sum, target) => sum + target.requestsSinceChange, 0);
        for (const { clusterKey, requestsSinceChange } of targets) {
          const weight = inForce?.targets.find((target) => target.clusterKey === clusterKey)?.weight ?? 0;
          const quota = weights === 0 ? 0 : (total * weight) / weights;
          expect(Math.abs(requestsSinceChange - quota)).toBeLessThan(1);
        }
      }
    }),
    { numRuns: 300 },
  );
});

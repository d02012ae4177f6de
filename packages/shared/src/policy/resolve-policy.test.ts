import { expect, test } from "vitest";
import type { DropReason, EffectiveSplit, RequestedSplit } from "../split/split.ts";
import { effectiveSplit } from "./effective-split.ts";
import { globalTrafficPolicySpecSchema } from "./global-traffic-policy-schema.ts";
import { resolvePolicy } from "./resolve-policy.ts";

const key = (name: string) => `default/default/default/${name}`;
const [own, two, three, far] = [key("1"), key("2"), key("3"), key("far")];
const on = (clusterKey: string, weight = 100) => ({ clusterKey, weight });

interface Case {
  name: string;
  /** As written in the manifest; parsed by the schema first. */
  spec?: unknown;
  imports?: string[];
  /** Clusters that are not healthy. */
  down?: Record<string, DropReason>;
  retainedSource?: string;
  requested?: RequestedSplit;
  unknownKeys?: string[];
  ignoredTargets?: boolean;
  targets: EffectiveSplit["targets"];
  refusal?: EffectiveSplit["refusal"];
}

const activeActive = (...targets: unknown[]) => ({ lbType: "ActiveActive", targets });
const failOver = (...targets: unknown[]) => ({ lbType: "FailOver", targets });
const empty = "no-ready-endpoints";

// Every row of "Policy resolution", in the order of the design's table.
const cases: Case[] = [
  { name: "no policy", requested: { mode: "Locality" }, targets: [on(own)] },
  { name: "no policy, none ready", down: { [own]: empty }, targets: [], refusal: "no_local_endpoints" },
  { name: "Locality", spec: { lbType: "Locality" }, requested: { mode: "Locality" }, targets: [on(own)] },
  { name: "lbType left out", spec: {}, requested: { mode: "Locality" }, targets: [on(own)] },
  { name: "Locality, none ready", spec: { lbType: "Locality" }, down: { [own]: empty }, targets: [], refusal: "no_local_endpoints" },
  {
    name: "Locality with targets",
    spec: { lbType: "Locality", targets: [{ clusterKey: two }] },
    requested: { mode: "Locality" },
    ignoredTargets: true,
    targets: [on(own)],
  },
  { name: "ActiveActive, weight 10", spec: activeActive(on(two, 10)), targets: [on(own), on(two, 10)] },
  { name: "ActiveActive, omitted weight", spec: activeActive({ clusterKey: two }), targets: [on(own), on(two, 100)] },
  {
    name: "ActiveActive, 0 means 0",
    spec: activeActive(on(two, 0), on(three, 10)),
    requested: { mode: "ActiveActive", targets: [on(own), on(two, 0), on(three, 10)] },
    targets: [on(own), on(three, 10)],
  },
  { name: "ActiveActive, own key listed", spec: activeActive(on(two, 700), on(own, 300)), targets: [on(own, 300), on(two, 700)] },
  { name: "ActiveActive, 100 % remote", spec: activeActive(on(own, 0), on(two, 1000)), targets: [on(two, 1000)] },
  { name: "ActiveActive, no targets", spec: activeActive(), targets: [on(own), on(two), on(three)] },
  { name: "weight > 100", spec: activeActive(on(two, 900)), targets: [on(own), on(two, 900)] },
  { name: "unknown key", spec: activeActive(on(far, 50), on(two, 10)), unknownKeys: [far], targets: [on(own), on(two, 10)] },
  { name: "only unknown keys", spec: activeActive(on(far, 50)), unknownKeys: [far], targets: [on(own)] },
  { name: "own 0, the other unknown", spec: activeActive(on(own, 0), on(far, 1000)), unknownKeys: [far], targets: [], refusal: "no_healthy_target" },
  {
    name: "a port that no import offers stays local",
    spec: activeActive(on(own, 0), on(two, 1000)),
    imports: [],
    unknownKeys: [two],
    targets: [on(own)],
  },
  { name: "local group empty", spec: activeActive(on(two, 10)), down: { [own]: empty }, targets: [on(two, 10)] },
  { name: "target ejected", spec: activeActive(on(two, 10), on(three, 20)), down: { [two]: "ejected" }, targets: [on(own), on(three, 20)] },
  {
    name: "all dropped",
    spec: activeActive(on(two, 10)),
    down: { [own]: empty, [two]: "unreachable" },
    targets: [],
    refusal: "no_healthy_target",
  },
  { name: "the only positive weight is never ejected", spec: activeActive(on(own, 0), on(two, 5)), down: { [two]: "ejected" }, targets: [on(two, 5)] },
  {
    name: "the only positive weight is ejected for a retained source",
    spec: activeActive(on(own, 0), on(two, 5)),
    down: { [two]: "ejected" },
    retainedSource: own,
    targets: [on(own)],
  },
  { name: "FailOver, local ready", spec: failOver({ clusterKey: two }), targets: [on(own)] },
  {
    name: "FailOver, none local (D4)",
    spec: failOver({ clusterKey: two }, { clusterKey: three }),
    down: { [own]: empty },
    targets: [on(two), on(three)],
  },
  {
    name: "FailOver by priority",
    spec: failOver({ clusterKey: two, priority: 2 }, { clusterKey: three, priority: 1 }),
    requested: { mode: "FailOver", targets: [{ clusterKey: two, priority: 2 }, { clusterKey: three, priority: 1 }] },
    down: { [own]: empty },
    targets: [on(three)],
  },
  {
    name: "FailOver, first priority gone too",
    spec: failOver({ clusterKey: two, priority: 2 }, { clusterKey: three, priority: 1 }),
    down: { [own]: empty, [three]: "unreachable" },
    targets: [on(two)],
  },
  { name: "FailOver, own key listed is no target", spec: failOver({ clusterKey: own }, { clusterKey: two }), down: { [own]: empty }, targets: [on(two)] },
  { name: "FailOver, no targets: every importing cluster", spec: failOver(), down: { [own]: empty }, targets: [on(two), on(three)] },
  {
    name: "FailOver, all gone",
    spec: failOver({ clusterKey: two }),
    down: { [own]: empty, [two]: empty },
    targets: [],
    refusal: "no_healthy_target",
  },
  {
    name: "retained source with weight 0 serves when all else is gone",
    spec: activeActive(on(own, 0), on(two, 500), on(three, 500)),
    down: { [two]: empty, [three]: "unreachable" },
    retainedSource: own,
    targets: [on(own)],
  },
  {
    name: "no retained source, no safety net",
    spec: activeActive(on(own, 0), on(two, 1000)),
    down: { [two]: empty },
    targets: [],
    refusal: "no_healthy_target",
  },
  {
    name: "a retained source that is not ready does not serve",
    spec: activeActive(on(own, 0), on(two, 1000)),
    down: { [two]: empty, [own]: empty },
    retainedSource: own,
    targets: [],
    refusal: "no_healthy_target",
  },
];

test.each(cases)("$name", (row) => {
  const spec = row.spec === undefined ? undefined : globalTrafficPolicySpecSchema.parse(row.spec);
  const resolved = resolvePolicy({ spec, ownKey: own, importKeys: row.imports ?? [three, two] });
  expect(resolved.requested).toEqual(row.requested ?? resolved.requested);
  expect(resolved.unknownKeys).toEqual(row.unknownKeys ?? []);
  expect(resolved.ignoredTargets).toBe(row.ignoredTargets ?? false);
  const options = row.retainedSource === undefined ? {} : { retainedSource: row.retainedSource };
  const effective = effectiveSplit(resolved.requested, own, (cluster) => row.down?.[cluster] ?? null, options);
  expect(effective.targets).toEqual(row.targets);
  expect(effective.refusal).toBe(row.refusal);
});

const rejected = [
  { name: "duplicate key", spec: activeActive(on(two), on(two)), path: ["targets", 1, "clusterKey"] },
  { name: "negative weight", spec: activeActive(on(two, -1)), path: ["targets", 0, "weight"] },
  { name: "non-integer weight", spec: activeActive(on(two, 1.5)), path: ["targets", 0, "weight"] },
  { name: "bad key", spec: activeActive({ clusterKey: "1-25" }), path: ["targets", 0, "clusterKey"] },
  { name: "two targets with Locality", spec: { lbType: "Locality", targets: [on(two), on(three)] }, path: ["targets"] },
];

test.each(rejected)("rejected with the path of the field: $name", ({ spec, path }) => {
  const result = globalTrafficPolicySpecSchema.safeParse(spec);
  expect(result.error?.issues.map((issue) => issue.path)).toEqual([path]);
});

test("dropped targets carry their reason", () => {
  const requested: RequestedSplit = { mode: "FailOver", targets: [{ clusterKey: two, priority: 0 }, { clusterKey: three, priority: 1 }] };
  expect(effectiveSplit(requested, own, (cluster) => (cluster === own ? empty : null)).dropped).toEqual([
    { clusterKey: own, reason: empty },
    { clusterKey: three, reason: "stand-by" },
  ]);
  expect(effectiveSplit(requested, own, (cluster) => (cluster === two ? "ejected" : null)).dropped).toEqual([
    { clusterKey: two, reason: "ejected" },
    { clusterKey: three, reason: "stand-by" },
  ]);
});

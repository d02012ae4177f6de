import type { GlobalTrafficPolicySpec } from "@sluice/shared/policy/global-traffic-policy-schema";
import { expect, it } from "vitest";
import { keyFor, makeMember, type MemberSketch } from "../testing/make-world.ts";
import { observeLeave } from "./observe-leave.ts";
import type { MemberWorld } from "./world.ts";
import { indexWorld } from "./world-index.ts";

const split = (weight: number): GlobalTrafficPolicySpec => ({ lbType: "ActiveActive", targets: [{ clusterKey: keyFor("a"), weight }] });
const leaving = (member: MemberWorld, annotations: Record<string, string> = {}): MemberWorld => ({
  ...member,
  cluster: { ...member.cluster, metadata: { ...member.cluster.metadata, deletionTimestamp: "2026-01-01T00:00:00Z", annotations: { ...member.cluster.metadata.annotations, ...annotations } } },
});
const joined = (member: MemberWorld): MemberWorld => ({ ...member, cluster: { ...member.cluster, metadata: { ...member.cluster.metadata, annotations: { "sluice.dev/cluster-uid": "u" } } } });
const observe = (...others: MemberWorld[]) => observeLeave(indexWorld({ members: [leaving(makeMember("a", { offered: ["b"] })), ...others] }), keyFor("a"));
const policiesOf = (sketch: MemberSketch) => observe(makeMember("b", { offered: ["a"], ...sketch })).policies;

it("names the policies that send requests there, with the share", () => {
  expect(policiesOf({ policy: split(300) })).toEqual([{ service: "httpbin/httpbin", source: keyFor("b"), permille: 750 }]);
  expect(policiesOf({ policy: split(0) })).toEqual([]);
  expect(policiesOf({ policy: { lbType: "Locality", targets: [] } })).toEqual([]);
  expect(policiesOf({ policy: split(300), offered: ["c"] })).toEqual([]);
});

it("needs no change of a policy that means whatever clusters there are", () => {
  expect(policiesOf({ policy: { lbType: "ActiveActive", targets: [] } })).toEqual([]);
});

it("names a policy that fails over to it while the source has no pods", () => {
  const policy: GlobalTrafficPolicySpec = { lbType: "FailOver", targets: [{ clusterKey: keyFor("a") }] };
  expect(policiesOf({ policy, ready: 1 })).toEqual([]);
  expect(policiesOf({ policy, ready: 0 })).toEqual([{ service: "httpbin/httpbin", source: keyFor("b"), permille: null }]);
});

it("says whose policies can't be read, of those that ever could, unless they are given up", () => {
  const stale = makeMember("b", { offered: ["a"], policy: split(300), link: { state: "stale", sinceMs: 0 } });
  expect(observe(joined(stale))).toMatchObject({ policies: [], unreadable: [keyFor("b")], importedBy: [keyFor("a")] });
  expect(observe(joined(stale)).outOfReach).toEqual(new Map([[keyFor("b"), ["httpbin/httpbin"]]]));
  expect(observe(joined(makeMember("b", { offered: ["c"], link: { state: "stale", sinceMs: 0 } }))).outOfReach).toEqual(new Map([[keyFor("b"), []]]));
  expect(observe(joined(makeMember("b", { link: { state: "unknown", sinceMs: 0 } }))).outOfReach).toEqual(new Map());
  expect(observe(stale).unreadable).toEqual([]);
  expect(observe(leaving(joined(stale))).unreadable).toEqual([keyFor("b")]);
  expect(observe(leaving(joined(stale), { "sluice.dev/force": "true" })).unreadable).toEqual([]);
});

it("does not wait for the policies of a source that leaves too", () => {
  expect(observe(leaving(makeMember("b", { offered: ["a"], policy: split(300) }))).policies).toEqual([]);
});

it("finds imports that name it, and its own, but only those that Sluice wrote", () => {
  expect(observe(makeMember("b", { offered: ["a"] }), makeMember("c", { offered: ["b"] })).importedBy.toSorted()).toEqual([keyFor("a"), keyFor("b")]);
  const foreign = makeMember("b", { offered: ["a"] });
  for (const { metadata } of foreign.serviceImports.list()) delete metadata.labels;
  expect(observe(foreign).importedBy).toEqual([keyFor("a")]);
});

it("finds what still stands in the path of its services", () => {
  const attached = (sketch: MemberSketch) => observeLeave(indexWorld({ members: [makeMember("a", sketch)] }), keyFor("a")).attached;
  expect(attached({})).toEqual([]);
  expect(attached({ inline: true })).toEqual(["httpbin/httpbin"]);
  const member = makeMember("a");
  for (const { metadata } of member.endpointSlices.list()) metadata.labels = { ...metadata.labels, "endpointslice.kubernetes.io/managed-by": "sluice.dev" };
  expect(observeLeave(indexWorld({ members: [member] }), keyFor("a")).attached).toEqual(["httpbin/httpbin"]);
  const shadowed = makeMember("a");
  for (const { metadata } of shadowed.services.list()) metadata.labels = { "sluice.dev/shadow-of": "web" };
  expect(observeLeave(indexWorld({ members: [shadowed] }), keyFor("a")).attached).toEqual(["httpbin/web"]);
});

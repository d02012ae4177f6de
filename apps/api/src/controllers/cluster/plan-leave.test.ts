import { describe, expect, it } from "vitest";
import { makeObservation, type ObservationSketch } from "../../testing/make-observation.ts";
import { keyFor as key } from "../../testing/make-world.ts";
import { leaveView } from "../../views/leave-view.ts";
import type { LeaveObservation } from "../../world/observe-leave.ts";
import type { MembershipFault } from "./membership-fault.ts";
import type { ClusterObservation } from "./observe.ts";
import { mayTakeBack, planLeave } from "./plan-leave.ts";

const free: LeaveObservation = { policies: [], unreadable: [], importedBy: [], attached: [], outOfReach: new Map() };
const ours = { clusterKey: key("a"), setUid: "set", epoch: 1, termUid: "e" };
const fault = (reason: MembershipFault["reason"]): MembershipFault => ({ reason, message: `it is ${reason}` });

interface Given extends ObservationSketch {
  forced?: boolean;
  joined?: boolean;
  left?: boolean;
}

function seen({ forced = false, joined = true, left = false, ...given }: Given): ClusterObservation {
  const annotations = { ...(forced ? { "sluice.dev/force": "true" } : {}), ...(joined ? { "sluice.dev/cluster-uid": "u" } : {}) };
  return makeObservation({ deleted: true, annotations, conditions: left ? [{ type: "Leaving", status: "True", reason: "Left", message: "", lastTransitionTime: "" }] : [], ...given });
}

const away = { live: false, failure: { reason: "Unreachable", message: "no answer", temporary: true } };
const policies = [{ service: "shop/web", source: key("b"), permille: 125 }, { service: "shop/api", source: key("c"), permille: null }];

describe("leaving, step by step", () => {
  const cases: [string, Given, string, string[], RegExp][] = [
    ["a policy sends requests there", { leave: { policies, importedBy: [key("b")] } }, "StillGivenShare", [], /shop\/web in b \(12\.5 %\), shop\/api in c \(fails over to it\); give their share to other clusters/],
    ["which force does not skip", { leave: { policies }, forced: true }, "StillGivenShare", [], /shop\/web/],
    ["another cluster can't be read, which has its endpoints", { leave: { unreadable: [key("b")], outOfReach: new Map([[key("b"), ["shop/web", "pay/api"]]]) }, forced: true }, "Detaching", ["remove-member"], /its imports shop\/web, pay\/api stay as they are; once it can be reached: kubectl delete serviceimport web -n shop && kubectl delete serviceimport api -n pay \(what others offer is written anew\)$/],
    ["another cluster can't be read, which has none", { leave: { unreadable: [key("b")], outOfReach: new Map([[key("b"), []]]) }, forced: true }, "Detaching", ["remove-member"], /can't be reached \(its imports do not name it\)$/],
    ["another cluster was never read", { leave: { unreadable: [key("b")] }, forced: true }, "Detaching", ["remove-member"], /all imports there that name it stay.*kubectl delete serviceimports -A -l app\.kubernetes\.io\/managed-by=sluice/],
    ["another cluster can't be read", { leave: { unreadable: [key("b")] } }, "SourceUnreachable", [], /policies in b .* annotate clusters\.flomesh\.io a sluice\.dev\/force=true; what would be skipped: policies and imports of b/],
    ["which force skips, and says so", { leave: { unreadable: [key("b")] }, forced: true }, "Detaching", ["remove-member"], /skipped: policies and imports of b, which can't be reached/],
    ["its endpoints stand in imports", { leave: { importedBy: [key("b"), key("a")] } }, "RemovingImports", [], /from b, a/],
    ["the record goes, as the cue to detach", { leave: { attached: ["shop/web"] } }, "Detaching", ["remove-member"], /record/],
    ["its services are being detached", { leave: { attached: ["shop/web"] }, record: null }, "Detaching", [], /until shop\/web are Detached/],
    ["nothing there detaches them", { leave: { attached: ["shop/web"] }, record: null, hasAttachmentController: false }, "NoAttachmentController", [], /sluice-attach, or .*force=true/],
    ["which force skips", { leave: { attached: ["shop/web"] }, record: null, hasAttachmentController: false, forced: true }, "Left", [], /skipped: shop\/web, which nothing detaches.*kubectl patch service web -n shop --type merge -p '\{"spec":\{"selector":\{"sluice\.dev\/inline":null\}\}\}' && kubectl delete endpointslices -A -l endpointslice\.kubernetes\.io\/managed-by=sluice\.dev/],
    ["but not while something could", { leave: { attached: ["shop/web"] }, record: null, forced: true }, "Detaching", [], /shop\/web/],
    ["all is done: said first", { record: null }, "Left", [], /credentials are dropped$/],
    ["all is done", { record: null, left: true }, "Left", ["raise-epoch", "drop-credentials", "remove-finalizer"], /left/],
    ["it can't be reached", { ...away, leave: { attached: ["shop/web"], outOfReach: new Map([[key("a"), ["shop/web", "pay/api"]]]) } }, "MemberUnreachable", [], /its imports \(shop\/web, pay\/api\), its attached services \(shop\/web\) and its record stay there \(no answer\); make it reachable, or .*force=true; what stays .*kubectl delete serviceimports -A -l app\.kubernetes\.io\/managed-by=sluice && kubectl delete configmap sluice-member -n sluice-system$/],
    ["it can't be reached, by force", { ...away, forced: true }, "Left", [], /skipped: its imports, its attached services and its record.*kubectl delete configmap sluice-member/],
    ["it is not read yet", { live: false }, "MemberUnreachable", [], /not complete yet/],
    ["its successor answers", { fault: fault("ClusterReplaced") }, "MemberUnreachable", [], /it is ClusterReplaced/],
    ["it was never reached", { ...away, joined: false }, "Left", [], /skipped: the cluster itself, which was never reached/],
    ["its credentials were taken away", { live: false, record: null, failure: { reason: "KubeconfigMissing", message: "no Secret", temporary: false } }, "MemberUnreachable", [], /no Secret/],
    ["its credentials are dropped already", { live: false, record: null, left: true, failure: { reason: "KubeconfigMissing", message: "no Secret", temporary: false } }, "Left", ["raise-epoch", "drop-credentials", "remove-finalizer"], /left/],
    ["it is in another set", { record: { ...ours, setUid: "other" }, fault: fault("MemberOfAnotherSet"), leave: { attached: ["shop/web"] } }, "Left", [], /belongs to another set \(other\)/],
    ["a later control plane was there, whatever force says", { fault: fault("EpochOlder"), forced: true }, "EpochOlder", [], /EpochOlder/],
  ];
  it.each(cases)("%s", (_name, given, reason, actions, message) => {
    const plan = planLeave(seen(given));
    expect(plan.leaving).toMatchObject({ type: "Leaving", reason });
    expect(plan.leaving.message).toMatch(message);
    expect(plan.actions.map((action) => action.do)).toEqual(actions);
  });
});

it("takes nothing back while a policy sends requests there, or may", () => {
  const { cluster } = seen({});
  const forced = seen({ forced: true }).cluster;
  expect(mayTakeBack(cluster, free)).toBe(true);
  expect(mayTakeBack(forced, { ...free, policies })).toBe(false);
  expect(mayTakeBack(cluster, { ...free, unreadable: [key("b")] })).toBe(false);
  expect(mayTakeBack(forced, { ...free, unreadable: [key("b")] })).toBe(true);
});

it("shows the steps as the condition tells them", () => {
  const states = (reason: string) => leaveView([{ type: "Leaving", status: "True", reason, message: "m", lastTransitionTime: "" }]).steps.map((step) => step.state);
  expect(states("StillGivenShare")).toEqual(["stuck", "ahead", "ahead", "ahead"]);
  expect(states("Detaching")).toEqual(["done", "done", "under-way", "ahead"]);
  expect(states("Left")).toEqual(["done", "done", "done", "under-way"]);
  expect(leaveView([])).toEqual({ steps: ["shares", "imports", "detach", "credentials"].map((id, index) => ({ id, state: index === 0 ? "under-way" : "ahead" })), message: "" });
});

import { describe, expect, it } from "vitest";
import type { SetIdentity } from "../../kubernetes/set-identity.ts";
import type { Member } from "../../kubernetes/member-directory.ts";
import { membershipFault, withSeenEpoch } from "./membership-fault.ts";

const ours: SetIdentity = { uid: "set", epoch: 6, termUid: "ours", confirmedEpoch: 0, seenEpoch: 0 };

interface Sketch {
  /** null: no record. */
  record?: Record<string, string> | null;
  joinedUid?: string;
}

function memberOf({ record = {}, joinedUid }: Sketch = {}): Member {
  const data = record === null ? undefined : { data: { clusterKey: "k", setUid: "set", epoch: "6", termUid: "ours", ...record } };
  const annotations = joinedUid === undefined ? {} : { "sluice.dev/cluster-uid": joinedUid };
  const caches = { configMaps: { get: () => data }, namespaces: { get: () => ({ metadata: { uid: "kube-system" } }) } };
  return { cluster: { metadata: { name: "a", annotations } }, connection: { caches } } as unknown as Member;
}

describe("a member is believed and written to", () => {
  it.each<[string, Sketch, string | undefined]>([
    ["ours", {}, undefined],
    ["without a record", { record: null }, undefined],
    ["with an earlier epoch, of whatever line", { record: { epoch: "5", termUid: "other" } }, undefined],
    ["with our epoch, from before epochs were told apart", { record: { termUid: "" } }, undefined],
    ["that joined as this one", { joinedUid: "kube-system" }, undefined],
    ["not: it is another cluster", { joinedUid: "another" }, "ClusterReplaced"],
    ["not: it is in another set", { record: { setUid: "another", epoch: "9" } }, "MemberOfAnotherSet"],
    ["not: a later epoch was there", { record: { epoch: "7", termUid: "" } }, "EpochOlder"],
    ["not: a backup of ours led on under the same number", { record: { termUid: "other" } }, "EpochOlder"],
  ])("%s", (_case, sketch, reason) => {
    expect(membershipFault(memberOf(sketch), ours)?.reason).toBe(reason);
  });
});

it("is held back for all members by what one of them knows, until the epoch is above that", () => {
  const tied = withSeenEpoch(ours, [memberOf(), memberOf({ record: { termUid: "other" } }), memberOf({ record: { setUid: "another", epoch: "99" } })]);
  expect(tied.seenEpoch).toBe(6);
  expect(withSeenEpoch(tied, [memberOf()]).seenEpoch).toBe(6);
  const fault = membershipFault(memberOf(), tied);
  expect(fault).toMatchObject({ reason: "EpochOlder", message: expect.stringMatching(/^another member of the set knows epoch 6 of another control plane, this one is at 6:.*"confirmedEpoch":"6"/) as unknown });
  expect(membershipFault(memberOf(), { ...tied, epoch: 7 })).toBeUndefined();
  expect(withSeenEpoch(ours, [memberOf()]).seenEpoch).toBe(0);
});

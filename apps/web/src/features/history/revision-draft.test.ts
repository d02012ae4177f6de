import { expect, it } from "vitest";
import type { Revision } from "./describe-revision.ts";
import { revisionDraft } from "./revision-draft.ts";

const own = "default/default/default/1-23";
const other = "default/default/default/1-25";
const revision: Revision = {
  number: 3, uid: "u", generation: 3, atMs: 0, by: "console", reason: null, mode: "ActiveActive", gapBefore: false,
  shares: [{ clusterKey: own, permille: 900 }, { clusterKey: other, permille: 100 }],
};

it("keeps the shares of a split only", () => {
  expect(revisionDraft(revision)).toEqual({ mode: "ActiveActive", shares: revision.shares, failOver: [] });
  expect(revisionDraft({ ...revision, mode: "Locality" })).toEqual({ mode: "Locality", shares: [], failOver: [] });
});

it("reads the order of a fail-over from the object's targets", () => {
  const spec = { lbType: "FailOver", targets: [{ clusterKey: own, priority: 1 }, { clusterKey: other, priority: 0 }, null] };
  expect(revisionDraft({ ...revision, mode: "FailOver", spec }).failOver).toEqual([other, own]);
  expect(revisionDraft({ ...revision, mode: "FailOver", spec: null }).failOver).toEqual([]);
});

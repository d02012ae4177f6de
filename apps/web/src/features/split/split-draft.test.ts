import type { SplitRowView, SplitTargetView } from "@sluice/api/views/service-view";
import { describe, expect, it } from "vitest";
import { changes, type DraftAction, draftOf, mainMove, reduceDraft, requestOf } from "./split-draft.ts";

const known = <T>(value: T) => ({ state: "known" as const, value });

function target(clusterKey: string, permille: number, own = false): SplitTargetView {
  return { clusterKey, own, weight: permille, requestedPermille: permille, effectivePermille: permille, dropped: null, ramping: null, readyEndpoints: known(3), measured: known({ count: 0, of: 0 }), requestsPerSecond: known(1), errorShare: known(0), p95Ms: known(1) };
}

function row(targets: SplitTargetView[], part: Partial<SplitRowView> = {}): SplitRowView {
  return {
    source: "a", policy: { uid: "u", generation: 7, spec: {} }, mode: "ActiveActive", attachment: "Inline", measureAsked: false, sticky: false, conditions: [], owner: { kind: "none", detail: "" }, callers: 1, requestsPerSecond: known(50),
    targets, acknowledged: known({ ready: 1, total: 1, afterMs: 1 }), convergence: null, revision: null, baseline: null, undo: null, latest: [], ...part,
  };
}

const three = draftOf("n/s", row([target("a", 600, true), target("b", 300), target("c", 100)]));
const run = (...actions: DraftAction[]) => actions.reduce(reduceDraft, three);

describe("a draft", () => {
  it("begins as the row is and changes nothing", () => {
    expect(three.shares).toEqual([600, 300, 100]);
    expect(changes(three)).toBe(false);
    expect(mainMove(three)).toBeNull();
  });

  it("comes back to where it was when a drag goes there and back", () => {
    const there = run({ type: "set-share", index: 1, permille: 1000 });
    expect(there.shares).toEqual([0, 1000, 0]);
    expect(reduceDraft(there, { type: "set-share", index: 1, permille: 300 }).shares).toEqual([600, 300, 100]);
  });

  it("forgets the way there once the drag has ended", () => {
    const ended = run({ type: "set-share", index: 1, permille: 1000 }, { type: "end-drag" }, { type: "set-share", index: 1, permille: 300 });
    expect(ended.shares).toEqual([350, 300, 350]);
  });

  it("takes a drag back with Esc", () => {
    expect(run({ type: "set-share", index: 0, permille: 100 }, { type: "cancel-drag" }).shares).toEqual([600, 300, 100]);
  });

  it("leaves a locked share alone", () => {
    expect(run({ type: "toggle-lock", index: 2 }, { type: "set-share", index: 1, permille: 900 }).shares).toEqual([0, 900, 100]);
  });

  it("drains, evens and keeps the sum", () => {
    expect(run({ type: "drain", index: 0 }).shares).toEqual([0, 750, 250]);
    expect(run({ type: "even" }).shares.reduce((sum, share) => sum + share)).toBe(1000);
  });

  it("asks only for what its mode needs", () => {
    expect(requestOf(run({ type: "set-mode", mode: "FailOver" }, { type: "move-up", index: 1 }))).toEqual({ mode: "FailOver", shares: [], failOver: ["c", "b"] });
    expect(requestOf(run({ type: "set-mode", mode: "Locality" }))).toEqual({ mode: "Locality", shares: [], failOver: [] });
    expect(changes(run({ type: "set-mode", mode: "Locality" }))).toBe(true);
  });

  it("tells the target that gains most", () => {
    expect(mainMove(run({ type: "set-share", index: 2, permille: 400 }))).toEqual({ index: 2, from: 100, to: 400 });
  });

  it("begins at 100 % local where the shares are unknown or don't add up", () => {
    expect(draftOf("n/s", row([target("a", 0, true), target("b", 0)])).shares).toEqual([1000, 0]);
  });

  it("begins a split by dragging away from local only, and ends it by dragging back", () => {
    const local = draftOf("n/s", row([target("a", 1000, true), target("b", 0)], { mode: "Locality", policy: null }));
    const away = reduceDraft(local, { type: "set-share", index: 1, permille: 90 });
    expect(requestOf(away)).toEqual({ mode: "ActiveActive", shares: [{ clusterKey: "a", permille: 910 }, { clusterKey: "b", permille: 90 }], failOver: [] });
    expect(changes(reduceDraft(away, { type: "set-share", index: 1, permille: 0 }))).toBe(false);
    expect(changes(reduceDraft(away, { type: "cancel-drag" }))).toBe(false);
  });
});

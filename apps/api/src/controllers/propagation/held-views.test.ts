import type { MemberView } from "@sluice/shared/propagation/plan-imports";
import { beforeEach, expect, it } from "vitest";
import type { Member } from "../../kubernetes/member-directory.ts";
import { HeldViews } from "./held-views.ts";

const connection = {};
const member = (given: object = connection) => ({ connection: given }) as unknown as Member;
const view = (state: MemberView["state"], key = "a"): MemberView => ({ key, state, gateway: { host: "h", ip: "", port: 80 }, exports: [], services: [], imports: [], namespaces: [] });
const sound = () => false;

const whole = view("listed");
let views: HeldViews;
beforeEach(() => {
  views = new HeldViews();
  views.hold([member()], [whole], sound, 0);
});
const lose = (nowMs: number, lost = view("stale"), by = member(), isFaulty: (one: Member) => boolean = sound) => views.hold([by], [lost], isFaulty, nowMs);

it("a member that was lost a moment ago is as it was before, the same object, and then no longer", () => {
  expect(lose(60_000)).toEqual({ views: [whole], againMs: 5_000 });
  expect(lose(64_999).views[0]).toBe(whole);
  expect(lose(64_999).againMs).toBe(1);
  expect(lose(65_000)).toEqual({ views: [view("stale")], againMs: undefined });
  expect(lose(65_001).views[0]?.state).toBe("stale");
});

it("the time counts anew once it was back", () => {
  lose(0);
  views.hold([member()], [whole], sound, 4_000);
  expect(lose(8_000).againMs).toBe(5_000);
});

it.each<[string, () => { views: MemberView[] }]>([
  ["one that was never listed", () => new HeldViews().hold([member()], [view("stale")], sound, 0)],
  ["one with another connection, of which nothing is known", () => lose(0, view("stale"), member({}))],
  ["one that is known to be another cluster", () => lose(0, view("stale"), member(), () => true)],
  ["one that leaves", () => lose(0, view("leaving"))],
])("nothing is held of %s", (_case, hold) => {
  expect(hold().views[0]?.state).not.toBe("listed");
});

it("one that was lost does not hold what another is", () => {
  const { views: held } = views.hold([member(), member({})], [view("stale"), view("stale", "b")], sound, 0);
  expect(held.map(({ state }) => state)).toEqual(["listed", "stale"]);
});

import type { Mode } from "@sluice/api/views/service-view";
import fc from "fast-check";
import { expect, it } from "vitest";
import { readDraft, writeDraft } from "./draft-link.ts";
import { changes, type SplitDraft } from "./split-draft.ts";

const keys = ["default/default/default/1-23", "default/default/default/1-25", "eu/a/b/c.d"];
const [own = "", ...remote] = keys;
const local = [1000, 0, 0];
const shares = fc.tuple(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 0, max: 1000 })).map(([one, two]) => [Math.min(one, two), Math.abs(one - two), 1000 - Math.max(one, two)]);
const order = fc.shuffledSubarray(remote, { minLength: remote.length });
const number = fc.option(fc.nat({ max: 999_999 }), { nil: null });
const mode = fc.constantFrom<Mode>("Locality", "ActiveActive", "FailOver");

const side = fc.record({ mode, shares, failOver: order }).map((one) => ({ mode: one.mode, shares: one.mode === "ActiveActive" ? one.shares : local, failOver: one.mode === "FailOver" ? one.failOver : remote }));
const draft = fc.record({ base: side, wanted: side, generation: number, revision: number }).map(
  ({ base, wanted, generation, revision }): SplitDraft => ({
    service: "n/s", source: own, keys, locks: [false, false, false], drag: null, mode: wanted.mode, base: { ...base, generation, revision },
    shares: wanted.mode === "ActiveActive" ? wanted.shares : base.shares,
    failOver: wanted.mode === "FailOver" ? wanted.failOver : base.failOver,
  }),
);

it("comes back from an address as it was written; one that changes nothing is none", () => {
  fc.assert(fc.property(draft, (one) => {
    expect(readDraft("n/s", writeDraft(one))).toEqual(changes(one) ? one : null);
  }));
});

it("stays as it is in an address", () => {
  fc.assert(fc.property(draft, (one) => {
    expect(new URL(`http://h/?draft=${writeDraft(one)}`).searchParams.get("draft")).toBe(writeDraft(one));
  }));
});

it.each([
  "", "~", "a,b~c~1~1~Locality~~ActiveActive~1.999", "a,a~a~1~1~Locality~~ActiveActive~1.999", "a,b~a~1~1~Locality~~ActiveActive~1.998", "a,b~a~1~1~Locality~~ActiveActive~-1.1001",
  "a,b~a~x~1~Locality~~ActiveActive~1.999", "a,b~a~1~1~Locality~~Other~1.999", "a,b~a~1~1~Locality~~FailOver~0", "a,b~a~1~1~Locality~~ActiveActive~1.999~more", "a,<b>~a~1~1~Locality~~ActiveActive~1.999",
])("takes nothing from %j", (text) => expect(readDraft("n/s", text)).toBeNull());

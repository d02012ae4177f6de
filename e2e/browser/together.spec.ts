import { expect } from "@playwright/test";
import { test } from "./ground-test.ts";
import { givenSplit, weightOf, writeSplit } from "./policy.ts";
import { SplitPage, words } from "./split-page.ts";

test("two tabs change the same split: the second is shown theirs, mine and base, and neither loses", { tag: "@real" }, async ({ context, ground }) => {
  await givenSplit(ground, 90);
  const [first, second] = [new SplitPage(await context.newPage()), new SplitPage(await context.newPage())];
  await first.open();
  await second.open();
  await first.field("1-25").fill("20");
  await second.field("1-25").fill("30");
  await first.review();
  await second.review();
  await first.fillAndApply("Mine first");
  await expect(first.dialog).toBeHidden();
  await second.fillAndApply("Mine too");
  await expect(second.dialog).toContainText("httpbin was changed while you reviewed");
  expect(await weightOf(ground, "1-25")).toBe(200);
  for (const [side, weight] of [[/^Theirs/, 200], [/^Mine$/, 300], [/^What both began from$/, 90]] as const) {
    await expect(second.dialog.getByLabel(side)).toContainText(new RegExp(`weight: ${weight}\\b`));
  }

  await second.dialog.getByRole("button", { name: "Review mine again" }).click();
  await expect(second.dialog.getByRole("row", { name: words("1-25 20.0 % 30.0 %") })).toBeVisible();
  await second.fillAndApply("Mine, knowing theirs");
  await expect(second.dialog).toBeHidden();
  for (const tab of [first, second]) await expect(tab.truth("Requested")).toContainText(words("30 %"));
  expect(await weightOf(ground, "1-25")).toBe(300);
  const history = second.page.getByRole("region", { name: "History" });
  await expect(history).toContainText("Mine first");
  await expect(history).toContainText("Mine, knowing theirs");
});

test("who keeps theirs drops the draft and nothing is written", { tag: "@real" }, async ({ page, ground }) => {
  await givenSplit(ground, 90);
  const split = new SplitPage(page);
  await split.open();
  await split.field("1-25").fill("19");
  await split.review();
  await writeSplit(ground, 120);
  await split.fillAndApply("A tenth more");
  await expect(split.dialog).toContainText("httpbin was changed while you reviewed");
  await split.dialog.getByRole("button", { name: "Keep theirs" }).click();
  await expect(split.dialog).toBeHidden();
  await expect(split.draft).toBeHidden();
  await expect(split.truth("Requested")).toContainText(words("12 %"));
  expect(await weightOf(ground, "1-25")).toBe(120);
});

test("kubectl edits the policy behind the console's back, and the page shows it", { tag: "@real" }, async ({ page, ground }) => {
  await givenSplit(ground, 90);
  const split = new SplitPage(page);
  await split.open();
  await split.field("1-25").fill("50");
  await ground.kubectl("1-23").run(["patch", "gtp", "httpbin", "-n", "httpbin", "--type", "json", "-p", '[{"op":"replace","path":"/spec/targets/1/weight","value":110},{"op":"replace","path":"/spec/targets/0/weight","value":890}]']);
  await expect(split.truth("Requested")).toContainText(words("11 %"));
  await expect(split.row).toContainText(/Revision \d+ · .* by kubectl/);
  await expect(split.draft).toContainText("the policy changed since");
  await expect(page.getByRole("region", { name: "History" }).getByRole("listitem").first()).toContainText(words("11 % to 1-25"));
});

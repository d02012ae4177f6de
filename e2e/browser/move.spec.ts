import { expect } from "@playwright/test";
import { eventually } from "../ground/eventually.ts";
import { countAnswers } from "../story/count-answers.ts";
import { test } from "./ground-test.ts";
import { givenSplit, policyOf, weightOf } from "./policy.ts";
import { allProxies, SplitPage, words } from "./split-page.ts";
import { givenCallers, proxiesOf } from "./traffic.ts";

const total = 1000;

test("the mouse drags a draft; nothing is sent before it is applied", { tag: "@real" }, async ({ page, ground }) => {
  await givenSplit(ground, 90);
  const split = new SplitPage(page);
  await split.open();
  const written: string[] = [];
  page.on("request", (request) => {
    if (/\/trpc\/split\.(applyDraft|undo|sendBack)/.test(request.url())) written.push(request.url());
  });
  await split.drag("1-25", 40);
  await expect(split.slider("1-25")).toHaveAttribute("aria-valuetext", "40 percent, cluster 1-25, was 9");
  await expect(split.slider("1-23")).toHaveAttribute("aria-valuetext", "60 percent, cluster 1-23, was 91");
  await expect(split.draft).toContainText(words("1-25: 9.0 % → 40.0 %"));
  await expect(split.row.getByTestId("draft-part")).toBeVisible();

  await split.drag("1-25", 9);
  await expect(split.slider("1-25")).toHaveAttribute("aria-valuetext", "9 percent, cluster 1-25, was 9");
  await expect(split.draft).toBeHidden();
  expect(written).toEqual([]);
  expect(await weightOf(ground, "1-25")).toBe(90);
});

test("the keys move by 1 and by 10, to the ends, and Esc cancels", { tag: "@real" }, async ({ page, ground }) => {
  await givenSplit(ground, 90);
  const split = new SplitPage(page);
  await split.open();
  const slider = split.slider("1-25");
  await slider.focus();
  for (const [key, percent] of [["ArrowRight", 10], ["Shift+ArrowRight", 20], ["PageUp", 30], ["ArrowLeft", 29], ["PageDown", 19], ["End", 100], ["Home", 0]] as const) {
    await page.keyboard.press(key);
    await expect(slider).toHaveAttribute("aria-valuetext", `${percent} percent, cluster 1-25, was 9`);
  }
  await page.keyboard.press("Escape");
  await expect(slider).toHaveAttribute("aria-valuetext", "9 percent, cluster 1-25, was 9");
  await expect(split.draft).toBeHidden();
});

test("the number field takes tenths; empty or out of bounds is invalid and never 0", { tag: "@real" }, async ({ page, ground }) => {
  await givenSplit(ground, 90);
  const split = new SplitPage(page);
  await split.open();
  const field = split.field("1-25");
  await field.fill("12.5");
  await expect(split.slider("1-25")).toHaveAttribute("aria-valuetext", "12.5 percent, cluster 1-25, was 9");
  for (const bad of ["", "101", "-1", "12.55", "half"]) {
    await field.fill(bad);
    await expect(field).toHaveAttribute("aria-invalid", "true");
    await expect(split.row.getByRole("alert")).toHaveText("0 to 100, in steps of 0.1");
    await expect(split.slider("1-25")).toHaveAttribute("aria-valuetext", "12.5 percent, cluster 1-25, was 9");
  }
  await field.fill("30");
  await expect(field).toHaveAttribute("aria-invalid", "false");
  await expect(split.slider("1-23")).toHaveAttribute("aria-valuetext", "70 percent, cluster 1-23, was 91");
});

test("nothing is typed or dragged into a page that its scripts have not reached yet", { tag: "@real" }, async ({ page, ground }) => {
  await givenSplit(ground, 90);
  const split = new SplitPage(page);
  let arrive = (): void => {};
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  await page.route(/\.js(?:\?|$)/, async (route) => {
    await arrived;
    await route.continue();
  });
  await page.goto("/services/httpbin/httpbin", { waitUntil: "commit" });
  await expect(split.field("1-25")).toBeDisabled();
  await expect(split.slider("1-25")).toBeDisabled();
  await expect(page.getByRole("radiogroup").getByRole("radio").first()).toBeDisabled();
  arrive();
  await split.field("1-25").fill("60");
  await expect(split.draft).toContainText(words("1-25: 9.0 % → 60.0 %"));
});

test("review, apply, and the four truths converge under live traffic", { tag: "@real" }, async ({ page, ground }) => {
  test.slow();
  await givenCallers(ground, true);
  await givenSplit(ground, 200);
  const split = new SplitPage(page);
  await split.open();
  // How much is asked counts from the last reviewed revision: one of its own, whatever ran before. Only what goes far is one.
  await split.move("1-25", "60", "Far from wherever it was");
  await split.move("1-25", "9", "To begin from here");
  await split.converged("9", ground);
  await split.drag("1-25", 25);
  await split.review();
  await expect(split.dialog).toContainText(words("Move 16 points of httpbin to 1-25"));
  await expect(split.dialog.getByRole("row", { name: words("1-25 9.0 % 25.0 %") })).toBeVisible();
  await expect(split.dialog).toContainText("kubectl");
  await expect(split.applyButton()).toBeDisabled();
  await split.fillAndApply("A quarter, to see the errors");
  await expect(split.dialog).toBeHidden();
  await split.converged("25", ground);
  expect((await policyOf(ground)).lbType).toBe("ActiveActive");
  expect(await weightOf(ground, "1-25")).toBe(250);
  const history = page.getByRole("region", { name: "History" });
  await expect(history.getByRole("listitem").first()).toContainText(words("25 % to 1-25 — A quarter, to see the errors"));
});

test("a client outside the product counts 1,000 requests: the split is exact", { tag: "@real" }, async ({ page, ground }) => {
  test.slow();
  await givenCallers(ground, false);
  await givenSplit(ground, 90);
  const split = new SplitPage(page);
  await split.open();
  await split.move("1-25", "37.3", "Exact to the tenth");
  await expect(split.truth("Requested")).toContainText(words("37.3 %"));
  await expect(split.truth("Acknowledged")).toContainText(allProxies(ground));
  const counts = await countAnswers(ground, total);
  const proxies = await proxiesOf(ground, "1-23");
  expect([...counts.values()].reduce((sum, count) => sum + count, 0)).toBe(total);
  expect([...counts.keys()]).toEqual(["1-23", "1-25"]);
  expect(Math.abs((counts.get("1-25") ?? 0) - 373)).toBeLessThanOrEqual(proxies);
  await expect(split.truth("Measured")).toContainText(`${counts.get("1-25") ?? 0} of 1,000`);
  await split.converged("37.3", ground);
});

test("undo makes the split before a new revision", { tag: "@real" }, async ({ page, ground }) => {
  await givenSplit(ground, 90);
  const split = new SplitPage(page);
  await split.open();
  await split.move("1-25", "15", "A little more");
  await expect(split.truth("Requested")).toContainText(words("15 %"));
  await split.row.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByText(/Undone, as revision \d+/)).toBeVisible();
  await expect(split.truth("Requested")).toContainText(words("9 %"));
  expect(await weightOf(ground, "1-25")).toBe(90);
});

test("send everything back restores the split before the day's first change", { tag: "@real" }, async ({ page, ground }) => {
  await givenSplit(ground, 90);
  const split = new SplitPage(page);
  await split.open();
  await split.move("1-25", "60", "Too much");
  await expect(split.truth("Requested")).toContainText(words("60 %"));
  await page.getByRole("button", { name: "Send everything back" }).click();
  await expect(split.dialog.getByRole("listitem").filter({ hasText: "Callers in 1-23" })).toContainText(words("100 % to 1-23"));
  await split.dialog.getByRole("button", { name: "Send everything back" }).click();
  await expect(page.getByText("Everything was sent back")).toBeVisible();
  await expect(split.truth("Requested")).toContainText(words("100 %"));
  await eventually("nothing is sent to 1-25", async () => {
    const { lbType } = await policyOf(ground);
    const weight = (await weightOf(ground, "1-25")) ?? 0;
    if (lbType !== "Locality" && weight !== 0) throw new Error(`${lbType}, weight ${weight}`);
  });
});

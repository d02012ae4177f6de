import { expect } from "@playwright/test";
import { test } from "./ground-test.ts";
import { givenSplit } from "./policy.ts";
import { settled } from "./settled.ts";
import { SplitPage } from "./split-page.ts";
import { givenCallers } from "./traffic.ts";

test("the page tells what callers get: how many a second, from which clusters, and that none is lost", { tag: "@real" }, async ({ page, ground }, { project }) => {
  await givenCallers(ground, true);
  await givenSplit(ground, 200);
  const split = new SplitPage(page);
  await split.open();
  await split.converged("20", ground);
  const figure = (name: string) => page.locator("dl > div").filter({ has: page.locator("dt", { hasText: new RegExp(`^${name}$`) }) }).locator("dd");
  await expect(figure("requests")).toHaveText(/^[1-9][\d.]*\s\/s$/);
  await expect(figure("success")).toHaveText(/^100(\.0+)?\s%$/);
  await expect(figure("lost by Sluice")).toHaveText(/^0\sof\s[1-9]/);
  await expect(page.getByRole("img", { name: /^Latest answers, oldest first: (?=.*1-23)(?=.*1-25)/ })).toBeVisible();
  await split.drag("1-25", 40);
  await settled(page);
  await page.screenshot({ path: `${project.outputDir}/pictures/telemetry.png` });
});

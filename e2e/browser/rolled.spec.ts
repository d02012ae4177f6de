import { expect } from "@playwright/test";
import { test } from "./ground-test.ts";
import { givenSplit } from "./policy.ts";
import { SplitPage } from "./split-page.ts";
import { givenCallers } from "./traffic.ts";

/** A minute after the takeover pods are young enough; then each of three is replaced by its Deployment. */
const rolledMsMax = 120_000;

test("what is not captured is a quiet line with its remedy; rolled from the console, every request passes a proxy", async ({ page, ground }) => {
  test.setTimeout(2 * rolledMsMax + 60_000);
  await givenCallers(ground, true);
  await givenSplit(ground, 91);
  const split = new SplitPage(page);
  await split.open();
  const note = split.row.getByRole("note", { name: "What is not captured" });
  await expect(note).toContainText("Measured counts what passes the proxies. 3 of 3 pods are older than the attachment");
  await expect(split.row.locator('dl[aria-label="Four truths"] + [role="note"]')).toBeVisible();
  await expect(page.getByText("measured at the proxies")).toBeVisible();

  const roll = note.getByRole("button", { name: "Roll the pods" });
  await expect(roll).toBeVisible({ timeout: rolledMsMax });
  await roll.click();
  await split.dialog.getByLabel("Why", { exact: true }).fill("End the connections from before");
  await split.dialog.getByRole("button", { name: "Roll the pods in 1-23" }).click();
  await expect(page.getByText("httpbin in 1-23 restarts its pods")).toBeVisible();

  await expect(page.getByText("every request of callers in 1-23 passes a proxy")).toBeVisible({ timeout: rolledMsMax });
  await expect(note).toBeHidden();
});

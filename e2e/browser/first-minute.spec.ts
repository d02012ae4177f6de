import { expect } from "@playwright/test";
import { manifest } from "../story/story.ts";
import { test } from "./ground-test.ts";
import { SplitPage, words } from "./split-page.ts";

// The first minute is that of clusters in which nothing was moved before.
test.use({ groundName: "first minute" });

test("the first minute: who answers, how it flows, what to do next; kubectl ticks the list too", async ({ page, ground }) => {
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(words("100 % of httpbin is answered by 1-23."));
  await expect(page.getByTestId("live-pill")).toHaveAttribute("data-state", "live");

  const flow = page.getByRole("region", { name: "Requests between clusters" });
  await expect(flow.getByRole("img", { name: words("100 % of the requests from 1-23 go to 1-23") })).toBeVisible();
  await expect(flow.getByText("2 callers")).toBeVisible();
  const latest = flow.getByRole("img", { name: /^Latest answers, oldest first: 1-23(, 1-23){19}$/ });
  await expect(latest).toBeVisible();

  const steps = page.getByRole("listitem").filter({ hasText: /joined|exported|first requests|Move the rest|leave/ });
  await expect(steps.nth(0)).toContainText("(done)");
  await expect(steps.nth(1)).toContainText("httpbin is exported by both (done)");
  await expect(page.locator('li[aria-current="step"]')).toContainText("The first requests go to 1-25");

  await ground.kubectl("1-23").apply(manifest("1-23/policy-weight-10.yaml"));
  await expect(steps.nth(2)).toContainText("(done)");
  await expect(page.locator('li[aria-current="step"]')).toContainText("Move the rest");
  await expect(page.getByRole("heading", { level: 1 })).toContainText(words("is answered by 1-23, 9"));
});

test("from the first screen to the slider in one click", async ({ page }) => {
  await page.goto("/");
  await page.getByRole("link", { name: /^(Move more|Send some)/ }).click();
  await expect(new SplitPage(page).row).toBeVisible();
  await expect(page.getByRole("heading", { level: 1, name: "httpbin" })).toBeVisible();
});

test("twenty requests on demand are answered, for a service without traffic of its own", async ({ page }) => {
  const split = new SplitPage(page);
  await split.open();
  await page.getByRole("button", { name: "Send 20 requests" }).click();
  await expect(page.getByText("20 answers")).toBeVisible();
});

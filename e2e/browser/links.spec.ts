import { AxeBuilder } from "@axe-core/playwright";
import { expect } from "@playwright/test";
import { test } from "./ground-test.ts";
import { givenSplit } from "./policy.ts";
import { SplitPage, words } from "./split-page.ts";
import { givenCallers } from "./traffic.ts";

test("a link shows the draft of whoever sent it, on its base, and says when that is no longer the current one", async ({ page, browser, ground }) => {
  test.setTimeout(120_000);
  await givenSplit(ground, 90);
  const split = new SplitPage(page);
  await split.open();
  // The history follows a policy written with kubectl; a draft made before it has no revision to name.
  await expect(split.row).toContainText(/Revision \d+/);
  await split.field("1-25").fill("17");
  await split.field("1-25").blur();
  await expect(page).toHaveURL(/\?draft=.*~ActiveActive~830\.170$/);
  const link = page.url();

  const other = new SplitPage(await (await browser.newContext()).newPage());
  await other.page.goto(link);
  await expect(other.draft).toContainText(words("1-25: 9.0 % → 17.0 %"));
  await expect(other.draft).not.toContainText("revision");
  await other.draft.getByRole("button", { name: "Discard" }).click();
  await expect(other.draft).toBeHidden();
  await expect(other.page).toHaveURL(/\/services\/httpbin\/httpbin$/);

  await givenSplit(ground, 200);
  await other.page.goto(link);
  await expect(other.draft).toContainText(words("1-25: 9.0 % → 17.0 %"));
  await expect(other.draft).toContainText(/begun on revision \d+; now it is \d+/);
  await expect(other.truth("Requested")).toContainText(words("20 %"));
  await other.page.context().close();
});

test("window, quantile and object are in the address", async ({ page }) => {
  await page.goto("/services/httpbin/httpbin/live?window=5");
  const group = (name: string) => page.getByRole("group", { name, exact: true });
  await expect(group("Window").getByRole("button", { name: "5 min", exact: true })).toHaveAttribute("aria-pressed", "true");
  await group("Quantile").getByRole("button", { name: "p99" }).click();
  await expect(page).toHaveURL(/live\?window=5&quantile=p99$/);
  await page.reload();
  await expect(group("Quantile").getByRole("button", { name: "p99" })).toHaveAttribute("aria-pressed", "true");

  await page.goto("/services/httpbin/httpbin/yaml");
  await page.getByRole("button", { name: "ServiceExport" }).last().click();
  await page.reload();
  await expect(page.getByRole("button", { name: "ServiceExport" }).last()).toHaveAttribute("aria-pressed", "true");
});

test.describe("in another time zone", () => {
  test.use({ timezoneId: "Asia/Kolkata" });

  test("times are in UTC until the reader wants the local ones, and this browser remembers it", async ({ page, ground }) => {
    await givenCallers(ground, true);
    await page.goto("/");
    const clock = page.locator("header").getByText(/^\d\d:\d\d:\d\d UTC/);
    await expect(clock).toHaveText(/^\d\d:\d\d:\d\d UTC$/);
    await page.getByRole("button", { name: "Appearance, language and times" }).click();
    const local = page.getByRole("menuitemradio", { name: /^Local, Asia\// });
    await expect(local).toBeVisible();
    const { violations } = await new AxeBuilder({ page }).include('[role="menu"]').analyze();
    expect(violations.map(({ id }) => id)).toEqual([]);
    await local.click();
    await expect(clock).toHaveText(/^\d\d:\d\d:\d\d UTC\+5:30$/);
    await page.goto("/services/httpbin/httpbin/live");
    await expect(clock).toHaveText(/UTC\+5:30$/);
    const first = page.getByRole("region", { name: "Answered by" }).getByText(/^\d\d:\d\d$/);
    const shown = await first.innerText();
    const [hours = 0, minutes = 0] = shown.split(":").map(Number);
    const now = new Date(Date.now() + 5.5 * 3_600_000);
    const behind = (now.getUTCHours() * 60 + now.getUTCMinutes() - hours * 60 - minutes + 1440) % 1440;
    expect(behind).toBeGreaterThanOrEqual(14);
    expect(behind).toBeLessThanOrEqual(17);
  });
});

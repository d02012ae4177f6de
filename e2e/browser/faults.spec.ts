import { expect, type Page } from "@playwright/test";
import { test } from "./ground-test.ts";
import { startConsoleAlone } from "./processes.ts";
import { givenSplit } from "./policy.ts";
import { SplitPage, words } from "./split-page.ts";
import { givenCallers } from "./traffic.ts";

/** Notes every state that the live pill takes from now on. */
async function pillStates(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(`{
    const pill = document.querySelector('[data-testid="live-pill"]');
    window.pillStates = [];
    new MutationObserver(() => window.pillStates.push(pill.dataset.state + ": " + pill.innerText)).observe(pill, { attributes: true, childList: true, subtree: true, characterData: true });
  }`);
  return () => page.evaluate<string[]>("window.pillStates");
}

test("the API server is killed and returns while the page stays open and heals", { tag: "@real" }, async ({ page, ground }) => {
  await givenCallers(ground, true);
  await givenSplit(ground, 90);
  const split = new SplitPage(page);
  await split.open();
  await split.converged("9", ground);
  await page.evaluate("window.sameDocument = true");
  const seen = await pillStates(page);
  // It may be back before the page has missed it: killed again until the page says so.
  const missed = async () => {
    const states = (await seen()).join("\n");
    if (!states.includes("lost:")) await ground.killApiServer();
    return states;
  };
  await expect.poll(missed, { intervals: [2_000] }).toMatch(/lost: Can't see since \d\d:\d\d/);
  await expect(split.row).toBeVisible();

  await expect(page.getByTestId("live-pill")).toHaveAttribute("data-state", "live");
  expect(await page.evaluate("window.sameDocument")).toBe(true);
  await split.converged("9", ground);
  await split.move("1-25", "14", "After the API server came back");
  await expect(split.truth("Requested")).toContainText(words("14 %"));
});

test("a console without API server says so on every page, and loses nothing by waiting", async ({ page, ground }) => {
  expect(ground.url).not.toBe("");
  const alone = await startConsoleAlone();
  try {
    for (const path of ["/", "/services", "/services/httpbin/httpbin", "/clusters"]) {
      await page.goto(alone.url + path);
      await expect(page.getByTestId("live-pill")).toHaveAttribute("data-state", "lost");
      await expect(page.getByRole("main")).toContainText(/API server/);
    }
  } finally {
    await alone.stop();
  }
});

import { expect, type Page } from "@playwright/test";

/** The page has its data, its letters, and nothing is on its way any more. */
export async function settled(page: Page): Promise<void> {
  await expect(page.getByTestId("live-pill")).toHaveAttribute("data-state", "live");
  await expect(page.locator(".skeleton")).toHaveCount(0);
  await page.evaluate("document.fonts.ready.then(() => null)");
  // A frame is asked for, since the clock of animations stands still while none is drawn.
  const moving = () => page.evaluate<string[]>("new Promise((done) => requestAnimationFrame(() => done(document.getAnimations().filter(({ playState }) => playState === 'running').map(({ effect }) => effect.target.outerHTML.slice(0, 200)))))");
  await expect.poll(moving).toEqual([]);
}

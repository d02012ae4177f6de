import { existsSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { chromium, type Page } from "@playwright/test";

const paintedMsMax = 30_000;
const installed = "/usr/bin/chromium";

export interface FirstLive {
  /** From the start of the navigation until the first measured figure is painted, ms. */
  figureMs: number;
  /** Until the pill in the top bar says that the stream is live, ms. */
  liveMs: number;
}

/** Runs in the page: notes the frame after which each of the two is on the screen. */
const watch = `
  window.firstLive = {};
  const look = () => {
    const figure = document.querySelector('dl[aria-label="Four truths"] dd');
    const pill = document.querySelector('[data-testid="live-pill"][data-state="live"]');
    for (const [name, seen] of [["figureMs", figure], ["liveMs", pill]]) {
      if (seen === null || name in window.firstLive) continue;
      window.firstLive[name] = null;
      requestAnimationFrame(() => setTimeout(() => { window.firstLive[name] = performance.now(); }));
    }
    if (!(typeof window.firstLive.figureMs === "number" && typeof window.firstLive.liveMs === "number")) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
`;

/** Waits for both. Asked from here, since the page's content security policy allows no waiting by a text that is evaluated there. */
async function painted(page: Page): Promise<FirstLive> {
  for (const deadlineMs = Date.now() + paintedMsMax; Date.now() < deadlineMs; await pause(100)) {
    const { figureMs, liveMs } = (await page.evaluate<Partial<FirstLive> | undefined>("window.firstLive")) ?? {};
    if (typeof figureMs === "number" && typeof liveMs === "number") return { figureMs, liveMs };
  }
  throw new Error(`${page.url()} shows no live figure within ${paintedMsMax} ms`);
}

/** Opens a page with live figures of a service in `count` new browser contexts, one after the other, with nothing cached. */
export async function measureFirstLive(address: string, count: number): Promise<FirstLive[]> {
  const executablePath = process.env["CHROMIUM_PATH"] ?? (existsSync(installed) ? installed : undefined);
  const browser = await chromium.launch({ chromiumSandbox: false, ...(executablePath === undefined ? {} : { executablePath }) });
  try {
    const samples: FirstLive[] = [];
    for (let sample = 0; sample < count; sample += 1) {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en-GB" });
      const page = await context.newPage();
      await page.addInitScript(watch);
      await page.goto(address, { waitUntil: "commit" });
      samples.push(await painted(page));
      await context.close();
    }
    return samples;
  } finally {
    await browser.close();
  }
}

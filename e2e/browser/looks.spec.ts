import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";
import { test } from "./ground-test.ts";
import { givenSplit } from "./policy.ts";
import { settled } from "./settled.ts";
import { SplitPage } from "./split-page.ts";
import { givenCallers } from "./traffic.ts";

const service = "/services/httpbin/httpbin";
const pages = { fleet: "/", services: "/services", service, live: `${service}/live`, endpoints: `${service}/endpoints`, yaml: `${service}/yaml`, history: `${service}/history`, clusters: "/clusters" };
const themes = ["light", "dark"] as const;
const widths = [1440, 1024, 390];
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** What axe finds; in the dark only what colours can break, since the page is else the same. */
async function faults(page: Page, theme: (typeof themes)[number]): Promise<string[]> {
  const axe = new AxeBuilder({ page }).options({ resultTypes: ["violations"] });
  const { violations } = await (theme === "light" ? axe.withTags(tags) : axe.withRules(["color-contrast"])).analyze();
  return violations.flatMap(({ id, help, nodes }) => nodes.map((node) => `${id} (${help}): ${node.target.join(" ")} ${node.any[0]?.message ?? ""}`));
}

/** How far the page reaches beyond the window, in px; what reaches farthest. */
async function overflow(page: Page): Promise<string> {
  return page.evaluate<string>(`{
    const width = document.documentElement.clientWidth;
    const beyond = document.documentElement.scrollWidth - width;
    const widest = [...document.querySelectorAll("body *")].toSorted((one, two) => two.getBoundingClientRect().right - one.getBoundingClientRect().right)[0];
    beyond > 0 ? beyond + " px, by " + widest.outerHTML.slice(0, 200) : "";
  }`);
}

async function inLanguage(page: Page, url: string, locale: string): Promise<void> {
  await page.context().addCookies([{ name: "sluice-locale", value: locale, url }]);
}

test.beforeEach(async ({ ground }) => {
  await givenCallers(ground, true);
  await givenSplit(ground, 91);
});

for (const locale of ["en", "zh-CN"]) {
  test(`every page is axe-clean in both themes and fits every window (${locale})`, async ({ page, ground }) => {
    test.setTimeout(300_000);
    await inLanguage(page, ground.url, locale);
    for (const [name, path] of Object.entries(pages)) {
      await page.setViewportSize({ width: 1440, height: 900 });
      await page.goto(path);
      for (const colorScheme of themes) {
        await page.emulateMedia({ colorScheme });
        await settled(page);
        expect.soft(await faults(page, colorScheme), `${name}, ${colorScheme}`).toEqual([]);
      }
      for (const width of widths) {
        await page.setViewportSize({ width, height: 900 });
        await settled(page);
        expect.soft(await overflow(page), `${name} at ${width} px`).toBe("");
      }
    }
  });
}

test("the dialogs are axe-clean in both themes and fit a phone", async ({ page }) => {
  // Pods are offered to be rolled from a minute after the takeover on.
  test.setTimeout(300_000);
  const split = new SplitPage(page);
  const review = async () => {
    await split.open();
    await split.field("1-25").fill("70");
    await split.review();
  };
  const dialogs = {
    review,
    "send back": async () => {
      await split.open();
      await page.getByRole("button", { name: "Send everything back" }).click();
    },
    "roll the pods": async () => {
      await split.open();
      await split.row.getByRole("button", { name: "Roll the pods" }).click();
    },
    measure: async () => {
      await split.open();
      await (await split.unfold("1-25")).getByRole("button", { name: "Measure" }).click();
    },
    join: () => page.goto("/clusters?join=1"),
    leave: async () => {
      await page.goto("/clusters");
      await page.getByRole("button", { name: "Let 1-25 leave" }).click();
    },
  };
  for (const [name, open] of Object.entries(dialogs)) {
    await page.setViewportSize({ width: 1440, height: 900 });
    await open();
    await expect(page.getByRole("dialog")).toBeVisible();
    for (const colorScheme of themes) {
      await page.emulateMedia({ colorScheme });
      await settled(page);
      expect.soft(await faults(page, colorScheme), `${name}, ${colorScheme}`).toEqual([]);
    }
    await page.setViewportSize({ width: 390, height: 844 });
    await settled(page);
    expect.soft(await overflow(page), `${name} at 390 px`).toBe("");
  }
});

test("pictures of fleet, service and review in both themes and three widths", async ({ page }, { project }) => {
  test.setTimeout(120_000);
  const split = new SplitPage(page);
  for (const colorScheme of themes) {
    await page.emulateMedia({ colorScheme });
    for (const width of widths) {
      await page.setViewportSize({ width, height: 900 });
      const take = async (name: string) => {
        await settled(page);
        await page.screenshot({ path: `${project.outputDir}/pictures/${name}-${colorScheme}-${width}.png` });
      };
      await page.goto("/");
      await take("fleet");
      await split.open();
      await split.field("1-25").fill("25");
      await split.field("1-25").blur();
      await take("service");
      await split.review();
      await take("review");
      for (const name of ["live", "endpoints", "yaml", "history", "clusters"] as const) {
        await page.goto(pages[name]);
        await take(name);
      }
    }
  }
});

test("pictures of every page in Chinese", async ({ page, ground }, { project }) => {
  await inLanguage(page, ground.url, "zh-CN");
  for (const [colorScheme, width] of [["light", 1440], ["dark", 390]] as const) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 900 });
    for (const [name, path] of Object.entries(pages)) {
      await page.goto(path);
      await settled(page);
      await page.screenshot({ path: `${project.outputDir}/pictures/zh-${name}-${colorScheme}-${width}.png` });
    }
  }
});

test("the picture of the README", async ({ page, ground }) => {
  test.skip(process.env["SLUICE_PICTURE"] !== "1", "made with SLUICE_PICTURE=1");
  test.setTimeout(400_000);
  const split = new SplitPage(page);
  await page.emulateMedia({ colorScheme: "light" });
  await split.open();
  // A picture wants some history to show.
  for (const permille of [250, 91]) {
    await givenSplit(ground, permille);
    await page.waitForTimeout(100_000);
  }
  await split.converged("9.1", ground);
  await split.drag("1-25", 25);
  await settled(page);
  await page.screenshot({ path: new URL("../../docs/console.png", import.meta.url).pathname });
});

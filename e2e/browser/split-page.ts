import { expect, type Locator, type Page } from "@playwright/test";
import type { StoryGround } from "../story/story.ts";

/** Words that may stand on several lines, with any kind of space between them. */
export function words(text: string): RegExp {
  return new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll(" ", "\\s"));
}

/** Of the proxies that a member has: every one. */
export function allProxies({ proxies = 1 }: StoryGround): string {
  return `${proxies} of ${proxies}`;
}

/** The Split tab of httpbin for the callers in 1-23, by the names that a screen reader says. */
export class SplitPage {
  readonly page: Page;
  readonly row: Locator;
  readonly draft: Locator;
  readonly dialog: Locator;

  constructor(page: Page) {
    this.page = page;
    this.row = page.getByRole("region", { name: "Callers in 1-23" });
    this.draft = page.getByRole("region", { name: "Draft" });
    this.dialog = page.getByRole("dialog");
  }

  async open(): Promise<void> {
    await this.page.goto("/services/httpbin/httpbin");
    await expect(this.row).toBeVisible();
    // Keys and the mouse go to what has the focus or lies below, and never wait for it to be enabled.
    await expect(this.page.getByRole("radio").first()).toBeEnabled();
  }

  /** Opens the row of a cluster without callers, which is folded. */
  async unfold(cluster: string): Promise<Locator> {
    await this.page.locator("summary", { hasText: `Callers in ${cluster}` }).click();
    return this.page.getByRole("region", { name: `Callers in ${cluster}` });
  }

  slider(cluster: string): Locator {
    return this.row.getByRole("slider", { name: `Share of ${cluster} for callers in 1-23` });
  }

  field(cluster: string): Locator {
    return this.row.getByRole("textbox", { name: `Percent of ${cluster} for callers in 1-23` });
  }

  /** One of the four truths: its value and its note. */
  truth(name: "Requested" | "Effective" | "Acknowledged" | "Measured"): Locator {
    return this.row.locator('dl[aria-label="Four truths"] > div').filter({ has: this.page.locator("dt", { hasText: new RegExp(`^${name}$`) }) }).locator("dd");
  }

  /** Drags the thumb of a slider with the mouse to `percent`. */
  async drag(cluster: string, percent: number): Promise<void> {
    const slider = this.slider(cluster);
    const box = await slider.boundingBox();
    if (box === null) throw new Error(`the slider of ${cluster} is not on the screen`);
    const thumb = 20;
    const place = (value: number) => box.x + thumb / 2 + ((box.width - thumb) * value) / 100;
    const middle = box.y + box.height / 2;
    await this.page.mouse.move(place(Number(await slider.inputValue())), middle);
    await this.page.mouse.down();
    await this.page.mouse.move(place(percent), middle, { steps: 8 });
    await this.page.mouse.up();
  }

  /** Opens the review of the present draft and waits for what the server says of it. */
  async review(): Promise<void> {
    await this.draft.getByRole("button", { name: "Review change" }).click();
    await expect(this.applyButton()).toBeVisible();
  }

  applyButton(): Locator {
    return this.dialog.getByRole("button", { name: "Apply to 1-23" });
  }

  /** Gives what the review asks for, a reason and perhaps a name, and applies. */
  async fillAndApply(reason: string): Promise<void> {
    await this.dialog.getByLabel("Why", { exact: true }).fill(reason);
    const asked = this.dialog.getByLabel(/Type \S+ to confirm/);
    if (await asked.isVisible()) {
      const text = await this.dialog.getByText(/Type \S+ to confirm/).innerText();
      await asked.fill(/Type (\S+) to confirm/.exec(text)?.[1] ?? "");
    }
    for (const box of await this.dialog.getByRole("checkbox").all()) await box.check();
    await this.applyButton().click();
  }

  /** Drafts `percent` in the number field, reviews and applies it. */
  async move(cluster: string, percent: string, reason: string): Promise<void> {
    await this.field(cluster).fill(percent);
    await this.review();
    await this.fillAndApply(reason);
    await expect(this.dialog).toBeHidden();
  }

  /** Requested, effective and acknowledged say the same, and what is measured agrees. */
  async converged(percent: string, ground: StoryGround): Promise<void> {
    await expect(this.truth("Requested")).toContainText(words(`${percent} %`));
    await expect(this.truth("Effective")).toContainText(words(`${percent} %`));
    await expect(this.truth("Acknowledged")).toContainText(allProxies(ground));
    await expect(this.truth("Measured")).toContainText("converged");
  }
}

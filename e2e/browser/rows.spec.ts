import { AxeBuilder } from "@axe-core/playwright";
import { expect } from "@playwright/test";
import { test } from "./ground-test.ts";
import { clusterKeyOf, type StoryGround } from "../story/story.ts";
import { givenSplit, weightOf } from "./policy.ts";
import { SplitPage } from "./split-page.ts";

/** Someone else changes what callers in 1-25 get, while it is reviewed. */
async function changeBehind(ground: StoryGround, permille: number): Promise<void> {
  const targets = [`- {clusterKey: ${clusterKeyOf("1-23")}, weight: ${permille}}`, `- {clusterKey: ${clusterKeyOf("1-25")}, weight: ${1000 - permille}}`];
  await ground.kubectl("1-25").apply(["apiVersion: flomesh.io/v1alpha1", "kind: GlobalTrafficPolicy", "metadata: {name: httpbin, namespace: httpbin}", "spec:", "  lbType: ActiveActive", "  targets:", ...targets.map((line) => `  ${line}`), ""].join("\n"));
}

async function reviewBoth(split: SplitPage, here: string, there: string): Promise<void> {
  await split.field("1-25").fill(here);
  const other = await split.unfold("1-25");
  await other.getByRole("textbox", { name: "Percent of 1-23 for callers in 1-25" }).fill(there);
  await split.draft.getByRole("button", { name: "Review all 2" }).click();
  for (const cluster of ["1-23", "1-25"]) await expect(split.dialog.getByRole("region", { name: `Callers in ${cluster}` }).getByRole("table")).toBeVisible();
}

/** Gives whatever the rows ask for: names, overrides. */
async function consent(split: SplitPage): Promise<void> {
  for (const box of await split.dialog.getByRole("checkbox").all()) await box.check();
  for (const label of await split.dialog.locator("label", { hasText: /Type \S+ to confirm/ }).all()) {
    await label.locator("input").fill(/Type (\S+) to confirm/.exec(await label.innerText())?.[1] ?? "");
  }
}

test("a change of two rows of which one fails is reported per row; it is reverted, or finished", async ({ page, ground }) => {
  test.setTimeout(180_000);
  await givenSplit(ground, 90);
  await ground.kubectl("1-25").run(["delete", "globaltrafficpolicies.flomesh.io", "httpbin", "-n", "httpbin", "--ignore-not-found"]);
  const split = new SplitPage(page);
  const row = (cluster: string) => split.dialog.getByRole("region", { name: `Callers in ${cluster}` });
  await split.open();
  await reviewBoth(split, "15", "10");
  await changeBehind(ground, 40);
  await consent(split);
  await split.dialog.getByLabel("Why", { exact: true }).fill("Both sides a little");
  await split.dialog.getByRole("button", { name: "Apply to" }).click();
  await expect(row("1-23")).toContainText(/applied, as revision \d+/);
  await expect(row("1-25")).toContainText("changed meanwhile by kubectl; not applied");
  const { violations } = await new AxeBuilder({ page }).include('[role="dialog"]').analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);
  expect(await weightOf(ground, "1-25")).toBe(150);
  await split.dialog.getByRole("button", { name: "Revert" }).click();
  await expect(page.getByText("Reverted in 1-23")).toBeVisible();
  expect(await weightOf(ground, "1-25")).toBe(90);

  await split.open();
  await reviewBoth(split, "15", "10");
  await changeBehind(ground, 60);
  await consent(split);
  await split.dialog.getByLabel("Why", { exact: true }).fill("Again");
  await split.dialog.getByRole("button", { name: "Apply to" }).click();
  await expect(row("1-25")).toContainText("not applied");
  await consent(split);
  await split.dialog.getByRole("button", { name: "Finish: apply to 1-25" }).click();
  await expect(page.getByText("Applied to 1-23, 1-25")).toBeVisible();
  const { spec } = await ground.kubectl("1-25").json<{ spec: { targets: { clusterKey: string; weight: number }[] } }>(["get", "globaltrafficpolicies.flomesh.io", "httpbin", "-n", "httpbin"]);
  expect(spec.targets.find(({ clusterKey }) => clusterKey === clusterKeyOf("1-23"))?.weight).toBe(100);
  await ground.kubectl("1-25").run(["delete", "globaltrafficpolicies.flomesh.io", "httpbin", "-n", "httpbin"]);
});

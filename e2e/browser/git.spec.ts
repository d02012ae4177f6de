import { AxeBuilder } from "@axe-core/playwright";
import { expect } from "@playwright/test";
import { test } from "./ground-test.ts";
import { givenSplit, weightOf } from "./policy.ts";
import { SplitPage } from "./split-page.ts";

const tracking = "argocd.argoproj.io/tracking-id";

test("a policy that Argo CD keeps is not applied but copied, with the exact ignoreDifferences that would release it", async ({ page, ground, context }) => {
  test.setTimeout(120_000);
  await givenSplit(ground, 90);
  const kubectl = ground.kubectl("1-23");
  const annotate = (value: string) => kubectl.run(["annotate", "--overwrite", "globaltrafficpolicies.flomesh.io", "httpbin", "-n", "httpbin", value]);
  await annotate(`${tracking}=shop:flomesh.io/GlobalTrafficPolicy:httpbin/httpbin`);
  try {
    await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: ground.url });
    const split = new SplitPage(page);
    await split.open();
    await expect(split.row.getByText("Managed by Git: argocd/shop")).toBeVisible();
    await split.field("1-25").fill("15");
    await split.draft.getByRole("button", { name: "Review change" }).click();
    const release = split.dialog.getByRole("region", { name: "Managed by Git: argocd/shop" });
    for (const words of ["name: shop", "ignoreDifferences", "group: flomesh.io", "kind: GlobalTrafficPolicy", "- /spec", "RespectIgnoreDifferences=true"]) await expect(release).toContainText(words);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      const { violations } = await new AxeBuilder({ page }).include('[role="dialog"]').analyze();
      expect(violations.map(({ id }) => id)).toEqual([]);
    }
    await expect(split.applyButton()).toBeHidden();
    await split.dialog.getByRole("button", { name: "Copy YAML" }).click();
    await expect(page.getByText("YAML copied: commit it where argocd/shop reads")).toBeVisible();
    expect(await page.evaluate<string>("navigator.clipboard.readText()")).toContain("weight: 150");
    expect(await weightOf(ground, "1-25")).toBe(90);

    // Who must may still apply it, with a reason.
    await split.fillAndApply("An incident; Git follows");
    await expect(split.dialog).toBeHidden();
    expect(await weightOf(ground, "1-25")).toBe(150);
  } finally {
    await annotate(`${tracking}-`);
  }
});

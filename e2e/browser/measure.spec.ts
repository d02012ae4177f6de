import { expect } from "@playwright/test";
import { eventually } from "../ground/eventually.ts";
import { test } from "./ground-test.ts";
import { SplitPage } from "./split-page.ts";

test("a detached service says that it is not measured; Measure puts the proxies into its path at 100 % local, and there is a way back", { tag: "@real" }, async ({ page, ground }) => {
  test.slow();
  const annotation = async () => {
    const { metadata } = await ground.kubectl("1-25").json<{ metadata: { annotations?: Record<string, string> } }>(["get", "service", "httpbin", "-n", "httpbin"]);
    return { asked: metadata.annotations?.["sluice.dev/attach"], why: metadata.annotations?.["sluice.dev/attach-reason"] };
  };
  const split = new SplitPage(page);
  await split.open();
  const row = await split.unfold("1-25");
  const note = row.getByRole("note", { name: "What is measured" });
  await expect(note).toContainText("Callers in 1-25 are not measured: no proxy stands in their path.");

  await note.getByRole("button", { name: "Measure" }).click();
  await expect(split.dialog).toContainText("kubectl --context 1-25 -n httpbin annotate service httpbin sluice.dev/attach=Inline");
  const confirm = split.dialog.getByRole("button", { name: "Measure in 1-25" });
  await expect(confirm).toBeDisabled();
  await split.dialog.getByLabel("Why", { exact: true }).fill("See its errors before the move");
  await confirm.click();
  await expect(note).toContainText("Measured at 100 % local, because it was asked for.", { timeout: 120_000 });
  expect(await annotation()).toMatchObject({ asked: "Inline", why: expect.stringMatching(/^console, .*: See its errors before the move$/) as unknown });

  await note.getByRole("button", { name: "Stop measuring" }).click();
  await split.dialog.getByLabel("Why", { exact: true }).fill("Seen");
  await split.dialog.getByRole("button", { name: "Stop measuring in 1-25" }).click();
  await expect(note).toContainText("are not measured", { timeout: 120_000 });
  await eventually("nothing is asked for any more", async () => {
    if ((await annotation()).asked !== undefined) throw new Error("still asked");
  });
});

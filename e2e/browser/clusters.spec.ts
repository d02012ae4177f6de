import { expect } from "@playwright/test";
import { eventually } from "../ground/eventually.ts";
import type { ExtraCluster } from "./console-ground.ts";
import { test } from "./ground-test.ts";

let extra: ExtraCluster | undefined;

test.afterEach(async () => {
  await extra?.stop();
  extra = undefined;
});

test("a new cluster joins by its kubeconfig, and leaves again", { tag: "@real" }, async ({ page, ground }) => {
  test.slow();
  extra = await ground.startExtraCluster();
  const { name } = extra;
  await page.goto("/clusters");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("All 2 clusters are managed.");
  await page.getByRole("button", { name: "Join a cluster" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("kubeconfig", { exact: true }).fill(extra.kubeconfig);
  await dialog.getByLabel("kubeconfig", { exact: true }).blur();
  await expect(dialog).toContainText(/Cluster \S+ at https:\/\/\S+, as /);
  await expect(dialog.getByRole("listitem").filter({ hasText: /^✓API server/ })).toBeVisible();
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByLabel("Gateway host").fill(extra.gatewayHost);
  await dialog.getByLabel("Port").fill(String(extra.gatewayPort));
  await dialog.getByRole("button", { name: "Join" }).click();
  await expect(dialog).toBeHidden();

  const card = page.getByRole("region", { name, exact: true });
  await expect(card.getByRole("listitem").filter({ hasText: /^Managed True/ })).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("All 3 clusters are managed.");
  const object = await ground.kubectl("control-plane").json<{ spec: { kubeconfig?: string } }>(["get", "clusters.flomesh.io", name]);
  expect(object.spec.kubeconfig ?? "").toBe("");

  await card.getByRole("button", { name: `Let ${name} leave` }).click();
  const confirm = dialog.getByRole("button", { name: `Let ${name} leave` });
  await expect(confirm).toBeDisabled();
  await dialog.getByLabel(`Type ${name} to confirm.`).fill(name);
  await confirm.click();
  await expect(card).toBeHidden();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("All 2 clusters are managed.");
  await eventually("the Cluster object is gone", async () => {
    const { code } = await ground.kubectl("control-plane").try(["get", "clusters.flomesh.io", name]);
    if (code === 0) throw new Error("it is there still");
  });
});

const hostile = `apiVersion: v1
kind: Config
current-context: theirs
contexts: [{name: theirs, context: {cluster: theirs, user: theirs}}]
clusters: [{name: theirs, cluster: {server: "https://127.0.0.1:6443"}}]
users: [{name: theirs, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: /bin/sh, interactiveMode: Never}}}]
`;

test("a kubeconfig that runs a program is refused with the reason, and nothing joins", async ({ page, ground }) => {
  await page.goto("/clusters?join=1");
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("kubeconfig", { exact: true }).fill(hostile);
  await dialog.getByLabel("kubeconfig", { exact: true }).blur();
  await expect(dialog.getByRole("alert")).toContainText("users[0].user.exec");
  await expect(dialog.getByRole("button", { name: "Join" })).toBeDisabled();
  const { items } = await ground.kubectl("control-plane").json<{ items: unknown[] }>(["get", "clusters.flomesh.io"]);
  expect(items).toHaveLength(2);
});

test("a kubeconfig that could not be looked at, since nobody answered, is looked at again", async ({ page }) => {
  await page.route("**/trpc/clusters.checkKubeconfig*", (route) => route.abort(), { times: 1 });
  await page.goto("/clusters?join=1");
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("kubeconfig", { exact: true }).fill(hostile);
  await dialog.getByLabel("kubeconfig", { exact: true }).blur();
  await expect(dialog.getByRole("alert")).toContainText("The API server doesn't answer");
  await dialog.getByRole("button", { name: "Try again" }).click();
  await expect(dialog.getByRole("alert")).toContainText("users[0].user.exec");
});

test("wrong fields are refused one by one, each with its own words", async ({ page }) => {
  await page.goto("/clusters?join=1");
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("Not A Name");
  await dialog.getByLabel("Port").fill("70000");
  await dialog.getByRole("button", { name: "Join" }).click();
  await expect(dialog.getByLabel("Name")).toHaveAccessibleDescription("Lower-case letters, digits, dashes and dots.");
  await expect(dialog.getByLabel("Port")).toHaveAccessibleDescription("1 to 65535.");
  await expect(dialog.getByLabel("Gateway host")).toHaveAccessibleDescription("The name or address at which other clusters reach it: one, without scheme and port.");
  await expect(dialog.getByText("Paste the whole kubeconfig.")).toBeVisible();
  await dialog.getByLabel("kubeconfig", { exact: true }).fill("clusters: [");
  await dialog.getByLabel("kubeconfig", { exact: true }).blur();
  await expect(dialog.getByRole("alert").first()).toContainText(/kubeconfig/i);
});

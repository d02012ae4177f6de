import { defineConfig } from "@playwright/test";
import sandbox from "./playwright.config.ts";

/** They name the files of e2e/browser/installed-ground.ts. */
const { SLUICE_E2E_KUBECONFIG: kubeconfig = "", SLUICE_E2E_EXTRA_CLUSTER: extraCluster = "" } = process.env;

/** The scenarios that are marked for it, on the console that Helm installed: a machine with real clusters is slow. */
export default defineConfig<object, { installed: { kubeconfig: string; extraCluster: string } }>({
  ...sandbox,
  outputDir: "test-results/real",
  grep: /@real/,
  timeout: 240_000,
  expect: { timeout: 120_000 },
  use: { ...sandbox.use, installed: { kubeconfig, extraCluster } },
});

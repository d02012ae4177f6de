import { existsSync } from "node:fs";
import { defineConfig } from "@playwright/test";

const installed = "/usr/bin/chromium";
const executablePath = process.env["CHROMIUM_PATH"] ?? (existsSync(installed) ? installed : undefined);

/** The console in a real Chromium, in its production build, on the demo that a user starts. */
export default defineConfig({
  testDir: "browser",
  testMatch: "*.spec.ts",
  outputDir: "test-results",
  workers: 1,
  fullyParallel: false,
  retries: 0,
  forbidOnly: process.env["CI"] !== undefined,
  timeout: 90_000,
  // A cluster whose gateway is new to a proxy comes to its share within 30 s.
  expect: { timeout: 45_000 },
  reporter: [["list"]],
  use: {
    viewport: { width: 1440, height: 900 },
    locale: "en-GB",
    timezoneId: "UTC",
    contextOptions: { reducedMotion: "reduce" },
    screenshot: "only-on-failure",
    launchOptions: { chromiumSandbox: false, ...(executablePath === undefined ? {} : { executablePath }) },
  },
});

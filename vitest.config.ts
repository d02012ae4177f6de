import { defineConfig } from "vitest/config";

const outside = ["**/node_modules/**", "**/.next/**"];
const timeouts = { testTimeout: 60_000, hookTimeout: 120_000 };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "packages",
          include: ["*.test.ts", "{packages,apps}/**/*.test.{ts,tsx}", "deploy/**/*.test.ts", "e2e/story/parse-walk-through.test.ts", "e2e/clusters/{images,set}/*.test.ts"],
          exclude: outside,
          ...timeouts,
          sequence: { groupOrder: 0 },
        },
      },
      {
        // Each of these starts the whole product: one after the other, after everything else, or they starve each other.
        test: {
          name: "stories",
          include: ["demo/**/*.test.ts", "e2e/story/*.test.ts"],
          exclude: [...outside, "e2e/story/parse-walk-through.test.ts"],
          ...timeouts,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});

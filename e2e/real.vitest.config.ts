import { defineConfig } from "vitest/config";

/** The tests on real clusters: one file after the other, each with clusters of its own. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ["clusters/*.test.ts"],
    testTimeout: 240_000,
    hookTimeout: 1_800_000,
    fileParallelism: false,
  },
});

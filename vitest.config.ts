import { defineConfig } from "vitest/config";
import { findAssets } from "./packages/sandbox/src/real-api-server/find-assets.ts";

const outside = ["**/node_modules/**", "**/.next/**"];
/** On kube-apiserver and etcd as processes: a stage of their own of `npm test`, where there are such programs. They mostly wait. */
const onRealApiServers = "{packages,apps,deploy}/**/*.real.test.ts";
const timeouts = { testTimeout: 60_000, hookTimeout: 120_000 };

const realApiServers = {
  test: { name: "real-api-servers", include: [onRealApiServers], exclude: outside, testTimeout: 180_000, hookTimeout: 240_000, maxWorkers: 2, sequence: { groupOrder: 2 } },
};

export default defineConfig({
  test: {
    globalSetup: "./empty-temporary-folder.ts",
    projects: [
      ...(findAssets().length === 0 ? [] : [realApiServers]),
      {
        test: {
          name: "packages",
          include: ["*.test.ts", "{packages,apps}/**/*.test.{ts,tsx}", "deploy/**/*.test.ts", "e2e/story/parse-walk-through.test.ts", "e2e/clusters/{audit,host,images,kills,set,soak}/*.test.ts"],
          exclude: [...outside, onRealApiServers],
          ...timeouts,
          // Some wait for processes, sockets and watches: with these many two processors are busy all the time.
          maxWorkers: 4,
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

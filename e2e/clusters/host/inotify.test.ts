import { expect, test } from "vitest";
import { inotifyObstacle } from "./inotify.ts";

test("clusters are refused that would find no inotify instance", () => {
  const set = [{ nodeCount: 1 }, { nodeCount: 2 }, { nodeCount: 0 }];
  expect(inotifyObstacle(set, 128, 80)).toBeUndefined();
  expect(inotifyObstacle(set, 128, 81)).toBe("the clusters need 48 inotify instances, and 81 of the 128 that fs.inotify.max_user_instances allows root are taken: end other clusters, or allow more with `sysctl -w fs.inotify.max_user_instances=512`");
});

import type { ChecklistView } from "@sluice/api/views/cluster-view";
import { expect, it } from "vitest";
import { nextCluster } from "./next-cluster.ts";

const params = { service: "httpbin/httpbin", source: "1-23", target: "1-25" };
const after = (done: number): ChecklistView => ({
  steps: (["joined", "exported", "first-requests", "move-rest", "leave"] as const).map((id, index) => ({ id, done: index < done, params })),
});

it("names the target while the first share is what comes next", () => {
  expect(nextCluster(after(2), "httpbin/httpbin")).toBe("1-25");
});

it("names none before both export it, once a share was moved, and for another service", () => {
  expect(nextCluster(after(1), "httpbin/httpbin")).toBeNull();
  expect(nextCluster(after(3), "httpbin/httpbin")).toBeNull();
  expect(nextCluster(after(2), "shop/cart")).toBeNull();
});

import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { ApiError } from "@sluice/kubernetes/api-error";
import { expect, it } from "vitest";
import type { ConsoleBackend } from "./console-backend.ts";
import { procedure, router } from "./trpc.ts";

/** What the console is told when a procedure throws this. */
async function told(error: Error): Promise<unknown> {
  const failing = router({
    fail: procedure.query(() => {
      throw error;
    }),
  });
  const req = new Request("http://127.0.0.1/trpc/fail");
  const response = await fetchRequestHandler({ endpoint: "/trpc", req, router: failing, createContext: () => ({ backend: {} as ConsoleBackend }) });
  return ((await response.json()) as { error: { data: { sluice: unknown } } }).error.data.sluice;
}

it("says which right is missing where a cluster refuses what the console was asked for", async () => {
  const message = 'services "httpbin" is forbidden: User "sluice-control-plane" cannot patch resource "services"';
  expect(await told(new ApiError(403, "Forbidden", message))).toMatchObject({ code: "Forbidden", message, remedy: expect.stringContaining("sluice-member") as unknown });
});

it("keeps to itself what a person can't understand", async () => {
  expect(await told(new Error("undefined is not a function"))).toMatchObject({ code: "Internal", message: "something went wrong inside the API server" });
});

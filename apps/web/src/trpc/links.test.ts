import { expect, it, vi } from "vitest";
import { retryStream } from "./links.ts";

it("says of a stream that never opened that it is down, and tries again", () => {
  const onFailure = vi.fn<() => void>();
  expect(retryStream({ op: { context: { onFailure } }, error: { data: null } })).toBe(true);
  expect(onFailure).toHaveBeenCalledOnce();
});

it.each(["UNAUTHORIZED", "BAD_REQUEST"])("gives up on %s, which waiting does not mend", (code) => {
  expect(retryStream({ op: { context: {} }, error: { data: { code } } })).toBe(false);
});

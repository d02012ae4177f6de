import { expect, it } from "vitest";
import { inputRefusal } from "./input-refusal.ts";
import { draftInput } from "./routers/inputs.ts";

const refused = (input: object) => {
  const { error } = draftInput.safeParse(input);
  if (error === undefined) throw new Error("it was taken");
  return inputRefusal(error, input);
};
const shares = (permille: unknown) => ({ mode: "ActiveActive", shares: [{ clusterKey: "a/b/c/d", permille }], failOver: [] });

it.each<[string, object, string]>([
  ["a number out of bounds", shares(-1), "; it is -1"],
  ["another type", shares("half"), '; it is "half"'],
  ["nothing", shares(undefined), "; it is missing"],
])("names field, value and remedy of %s", (_, input, value) => {
  const told = refused(input);
  expect(told).toMatchObject({ code: "InvalidInput", field: "shares[0].permille", remedy: expect.stringContaining("nothing was changed") as unknown });
  expect(told.message).toMatch(/^shares\[0\]\.permille: /);
  expect(told.message.endsWith(value)).toBe(true);
});

it("names an unknown field by its own path, and every fault", () => {
  const told = refused({ ...shares(2000), wieght: 1 });
  expect(told.message).toContain("shares[0].permille");
  expect(told.message).toContain("wieght: is not a known field");
});

it("repeats no long value, which may be a secret", () => {
  expect(refused(shares("s".repeat(80))).message).not.toContain("sss");
});

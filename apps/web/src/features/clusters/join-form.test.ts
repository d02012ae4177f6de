import { expect, it } from "vitest";
import { joinFormSchema } from "./join-form.ts";

const good = { kubeconfig: "apiVersion: v1", name: "1-27", region: "default", zone: "default", group: "default", gatewayHost: "127.0.0.1", gatewayPort: "8081" };

it("takes what the API server takes", () => expect(joinFormSchema.safeParse(good).success).toBe(true));

it.each(["gateway.example", "a", "GW-1.example.", "198.18.0.1", "fd00::1", "::1", "::ffff:10.0.0.1"])("takes the gateway %s", (gatewayHost) => {
  expect(joinFormSchema.safeParse({ ...good, gatewayHost }).success).toBe(true);
});

it.each([
  ["kubeconfig", " "],
  ["name", "Has Space"],
  ["region", "EU"],
  ["gatewayHost", ""],
  ["gatewayHost", "198.18.0.1 fd00::1"],
  ["gatewayHost", "https://gateway.example"],
  ["gatewayHost", "gateway.example:80"],
  ["gatewayHost", "[fd00::1]"],
  ["gatewayHost", "gateway.example\n"],
  ["gatewayPort", "0"],
  ["gatewayPort", "70000"],
  ["gatewayPort", "eighty"],
])("refuses %s %j and says which field", (field, value) => {
  const answer = joinFormSchema.safeParse({ ...good, [field]: value });
  expect(answer.error?.issues[0]?.path).toEqual([field]);
});

import { expect, it } from "vitest";
import { apiAddress } from "./api-address.ts";

it("defaults to the API server's usual port", () => {
  expect(apiAddress({}).href).toBe("http://127.0.0.1:4000/");
});

it.each(["http://10.0.0.5:4000", "https://127.0.0.1:4000", "not a url", "http://api.example.org"])("refuses %s", (text) => {
  expect(() => apiAddress({ SLUICE_API_URL: text })).toThrow(/SLUICE_API_URL/);
});

import { expect, it } from "vitest";
import { parseHealthAddress, parseListenAddress } from "./listen-address.ts";

it.each([
  ["127.0.0.1:4000", { host: "127.0.0.1", port: 4000 }],
  ["127.9.8.7:0", { host: "127.9.8.7", port: 0 }],
  ["[::1]:4000", { host: "::1", port: 4000 }],
  ["localhost:80", { host: "localhost", port: 80 }],
])("accepts %s", (text, address) => {
  expect(parseListenAddress(text)).toEqual(address);
});

it.each(["0.0.0.0:4000", "[::]:4000", "10.0.0.1:4000", "example.com:80", "127.example.com:80"])("refuses %s, since there is no sign-in", (text) => {
  expect(() => parseListenAddress(text)).toThrow(/no sign-in yet.*127\.0\.0\.1/);
});

it.each(["4000", "127.0.0.1", "127.0.0.1:99999", "::1:4000", ""])("refuses %j as malformed", (text) => {
  expect(() => parseListenAddress(text)).toThrow(/not an address and a port/);
});

it.each([
  ["0.0.0.0:4001", { host: "0.0.0.0", port: 4001 }],
  ["[::]:0", { host: "::", port: 0 }],
])("lets health and metrics be asked for at %s", (text, address) => {
  expect(parseHealthAddress(text)).toEqual(address);
  expect(() => parseHealthAddress("4001")).toThrow(/--health-listen "4001" is not an address and a port/);
});

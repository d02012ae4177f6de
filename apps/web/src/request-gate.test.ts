import { describe, expect, it } from "vitest";
import { gateRequest } from "./request-gate.ts";

const own = { method: "POST", host: "127.0.0.1:3000", origin: "http://127.0.0.1:3000", fetchSite: "same-origin" };

describe("the console's request gate", () => {
  it.each([
    ["its own page", own],
    ["localhost", { ...own, host: "localhost:3000", origin: "http://localhost:3000" }],
    ["IPv6", { ...own, host: "[::1]:3000", origin: "http://[::1]:3000" }],
    ["another loopback address", { ...own, host: "127.9.8.7:3000", origin: null, fetchSite: null }],
    ["a link followed from elsewhere", { method: "GET", host: "127.0.0.1:3000", origin: null, fetchSite: "cross-site" }],
  ])("lets %s pass", (_name, request) => expect(gateRequest(request)).toEqual({ ok: true }));

  it.each([
    ["a rebound name", { ...own, host: "console.example.org", origin: null }, 421],
    ["a name that only looks like loopback", { ...own, host: "127.0.0.1.example.org" }, 421],
    ["no Host", { ...own, host: null }, 421],
    ["a Host with user information", { ...own, host: "localhost@example.org" }, 421],
    ["octets out of range", { ...own, host: "127.0.0.256" }, 421],
    ["a foreign Origin", { ...own, origin: "https://example.org" }, 403],
    ["another port's page", { ...own, origin: "http://127.0.0.1:9999" }, 403],
    ["an opaque Origin", { ...own, origin: "null" }, 403],
    ["a cross-site post without Origin", { ...own, origin: null, fetchSite: "cross-site" }, 403],
  ])("stops %s", (_name, request, status) => expect(gateRequest(request)).toMatchObject({ ok: false, status }));
});

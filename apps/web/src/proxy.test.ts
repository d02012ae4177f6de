import { NextRequest } from "next/server";
import { afterEach, expect, it, vi } from "vitest";
import { proxy } from "./proxy.ts";

afterEach(() => vi.unstubAllEnvs());

const request = (path: string, headers: Record<string, string> = {}) =>
  new NextRequest(`http://127.0.0.1:3000${path}`, { headers: { host: "127.0.0.1:3000", ...headers } });

it("forwards /trpc to the address of the moment", () => {
  vi.stubEnv("SLUICE_API_URL", "http://127.0.0.1:4567");
  expect(proxy(request("/trpc/fleet.get?batch=1")).headers.get("x-middleware-rewrite")).toBe("http://127.0.0.1:4567/trpc/fleet.get?batch=1");
});

it("never forwards to another machine", () => {
  vi.stubEnv("SLUICE_API_URL", "http://192.0.2.1:4000");
  expect(() => proxy(request("/trpc/fleet.get"))).toThrow(/loopback/);
});

it("stops a rebound Host and a foreign Origin before anything else", () => {
  expect(proxy(request("/", { host: "evil.example" })).status).toBe(421);
  expect(proxy(request("/trpc/split.apply", { origin: "http://evil.example" })).status).toBe(403);
});

it("gives each page a nonce of its own and no foreign connection", () => {
  const policies = [proxy(request("/")), proxy(request("/"))].map((response) => response.headers.get("content-security-policy"));
  expect(policies[0]).toContain("connect-src 'self';");
  expect(policies[0]).toMatch(/script-src 'self' 'nonce-[A-Za-z0-9+/=]{24}'/);
  expect(policies[0]).not.toBe(policies[1]);
});

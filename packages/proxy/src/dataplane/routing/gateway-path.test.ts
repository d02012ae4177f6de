import { expect, test } from "vitest";
import { hasDotSegment } from "./has-dot-segment.ts";
import { joinRemotePath } from "./join-remote-path.ts";
import { matchGatewayPath } from "./match-gateway-path.ts";
import { rewriteGatewayPath } from "./rewrite-gateway-path.ts";

const rules = [
  { path: "/1-25/httpbin-mesh/deep", pathType: "Prefix" },
  { path: "/1-25/httpbin-mesh", pathType: "Prefix" },
  { path: "/only", pathType: "Exact" },
] as const;

test.each([
  ["/1-25/httpbin-mesh", "/1-25/httpbin-mesh"],
  ["/1-25/httpbin-mesh/", "/1-25/httpbin-mesh"],
  ["/1-25/httpbin-mesh/get", "/1-25/httpbin-mesh"],
  ["/1-25/httpbin-mesh/deep/x", "/1-25/httpbin-mesh/deep"],
  ["/1-25/httpbin-mesh/deeper", "/1-25/httpbin-mesh"],
  ["/1-25/httpbin-meshed", undefined],
  ["/1-25/httpbin-mesh%2Fget", undefined],
  ["/1-25", undefined],
  ["/only", "/only"],
  ["/only/x", undefined],
  ["*", undefined],
])("%s is served by %s", (path, rule) => {
  expect(matchGatewayPath(rules, path)?.path).toBe(rule);
});

test.each(["/..", "/../a", "/a/..", "/a/./b", "/a/%2e%2e/b", "/a/%2E./b", "/a/.%2e", "/%2e"])("%s has a dot segment", (path) => {
  expect(hasDotSegment(path)).toBe(true);
});

test.each(["/", "/a..b", "/...", "/.well-known/x", "/a/%2e%2e%2e", "/a/b.", "/.a"])("%s has none", (path) => {
  expect(hasDotSegment(path)).toBe(false);
});

const none = { path: "/1/web", pathRewrite: null };
const rewrite = (from: string, to: string): { path: string; pathRewrite: { from: string; to: string } } => ({ path: "/1/web", pathRewrite: { from, to } });

test.each([
  [none, "/1/web", "/"],
  [none, "/1/web?a=1", "/?a=1"],
  [none, "/1/web/", "/"],
  [none, "/1/web/get?a=/1/web", "/get?a=/1/web"],
  [none, "/1/web//x", "//x"],
  [{ path: "/", pathRewrite: null }, "/x", "/x"],
  [rewrite("^/1/web/?", "/"), "/1/web/get", "/get"],
  [rewrite("^/1/web/?", "/"), "/1/web", "/"],
  [rewrite("/1/web", "/v2"), "/1/web/get", "/v2/get"],
  [rewrite("(a+)+$", "/"), "/1/web/get", "/1/web/get"],
])("%o makes of %s %s", (rule, target, rewritten) => {
  expect(rewriteGatewayPath(rule, target)).toBe(rewritten);
});

test("a remote path and a request's own are joined", () => {
  expect(joinRemotePath("/1/web", "/get?x")).toBe("/1/web/get?x");
  expect(joinRemotePath("/1/web/", "/")).toBe("/1/web/");
  expect(joinRemotePath("/1/web", "*")).toBe("/1/web/");
});

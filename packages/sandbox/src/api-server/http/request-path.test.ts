import { describe, expect, it } from "vitest";
import { parseRequestPath } from "./request-path.ts";

describe("parseRequestPath", () => {
  it.each([
    ["/api/v1/pods", { group: "", version: "v1", plural: "pods" }],
    ["/api/v1/namespaces/x", { group: "", version: "v1", plural: "namespaces", name: "x" }],
    ["/api/v1/namespaces/x/finalize", { group: "", version: "v1", plural: "namespaces", name: "x", subresource: "finalize" }],
    ["/api/v1/namespaces/x/pods/p", { group: "", version: "v1", namespace: "x", plural: "pods", name: "p" }],
    ["/apis/apps/v1/namespaces/x/deployments/d/scale", { group: "apps", version: "v1", namespace: "x", plural: "deployments", name: "d", subresource: "scale" }],
    ["/api/v1/namespaces/x/pods/p:9081/proxy/telemetry/a%2Fb", { group: "", version: "v1", namespace: "x", plural: "pods", name: "p:9081", subresource: "proxy", rest: "/telemetry/a%2Fb" }],
    ["/api/v1/namespaces/x/pods/p:80/proxy", { group: "", version: "v1", namespace: "x", plural: "pods", name: "p:80", subresource: "proxy", rest: "/" }],
  ])("%s", (path, expected) => {
    expect(parseRequestPath(path)).toEqual({ kind: "resource", ...expected });
  });

  it.each(["/", "/version", "/api", "/api/v1", "/apis/apps/v1", "/openapi/v3/api/v1", "/api/v1/namespaces/x/pods/p/log/more", "/api/v1/%zz"])("%s is no resource", (path) => {
    expect(parseRequestPath(path)).toEqual({ kind: "other", path });
  });
});

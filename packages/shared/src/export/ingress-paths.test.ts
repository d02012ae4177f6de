import { expect, it } from "vitest";
import { ingressPaths } from "./ingress-paths.ts";

const metadata = { namespace: "shop", name: "front", creationTimestamp: "2026-01-01T00:00:00Z" };
const owner = { owner: "Ingress shop/front", createdAtMs: Date.parse("2026-01-01T00:00:00Z") };

it("names the paths of every rule, whatever its host", () => {
  const rules = [{ http: { paths: [{ path: "/a", pathType: "Prefix" }, { path: "/b", pathType: "Exact" }] } }, { host: "shop.example", http: { paths: [{ pathType: "Prefix" }] } }];
  expect(ingressPaths([{ metadata, spec: { rules } }])).toEqual([
    { path: "/a", pathType: "Prefix", ...owner },
    { path: "/b", pathType: "Exact", ...owner },
    { path: "/", pathType: "Prefix", ...owner },
  ]);
});

it("finds none in an Ingress that has only a default backend, or is being deleted", () => {
  expect(ingressPaths([{ metadata }, { metadata, spec: { rules: [{}] } }])).toEqual([]);
  const rules = [{ http: { paths: [{ path: "/a", pathType: "Prefix" }] } }];
  expect(ingressPaths([{ metadata: { ...metadata, deletionTimestamp: "2026-01-02T00:00:00Z" }, spec: { rules } }])).toEqual([]);
});

import { expect, it } from "vitest";
import { parse } from "yaml";
import { releaseField } from "./release-field.ts";

const target = { kind: "GlobalTrafficPolicy", name: "cart", namespace: "shop" };

it("ignores exactly this object's spec in Argo CD, and makes a sync respect that", () => {
  expect(parse(releaseField({ tool: "argocd", app: "shop" }, "shop/cart") ?? "")).toMatchObject({
    kind: "Application",
    metadata: { name: "shop" },
    spec: { ignoreDifferences: [{ group: "flomesh.io", ...target, jsonPointers: ["/spec"] }], syncPolicy: { syncOptions: ["RespectIgnoreDifferences=true"] } },
  });
});

it.each([
  ["flux-kustomize", { kind: "GlobalTrafficPolicy", metadata: { namespace: "shop", name: "cart", annotations: { "kustomize.toolkit.fluxcd.io/ssa": "IfNotPresent" } } }],
  ["flux-helm", { kind: "HelmRelease", metadata: { name: "shop" }, spec: { driftDetection: { mode: "enabled", ignore: [{ paths: ["/spec"], target }] } } }],
  ["helm", { kind: "GlobalTrafficPolicy", metadata: { annotations: { "helm.sh/resource-policy": "keep" } } }],
] as const)("has the equivalent of %s", (tool, expected) => {
  expect(parse(releaseField({ tool, app: "shop" }, "shop/cart") ?? "")).toMatchObject(expected);
});

it("invents nothing for a tool that it does not know", () => {
  expect(releaseField({ tool: "other", app: "fleet" }, "shop/cart")).toBeNull();
});

import type { ObjectMeta } from "@sluice/shared/object-meta";
import { expect, it } from "vitest";
import { ownerOf } from "./owner-of.ts";

const written = (manager: string, time = "2026-11-20T09:00:00Z") => ({ manager, operation: "Apply" as const, time, apiVersion: "flomesh.io/v1alpha1", fieldsType: "FieldsV1" as const, fieldsV1: { "f:spec": {} } });
const policy = (part: Partial<ObjectMeta>): ObjectMeta => ({ name: "cart", namespace: "shop", ...part });

it.each([
  ["Argo CD by its tracking id", policy({ annotations: { "argocd.argoproj.io/tracking-id": "shop:flomesh.io/GlobalTrafficPolicy:shop/cart" } }), "argocd/shop", { tool: "argocd", app: "shop" }],
  ["an Application outside Argo CD's namespace", policy({ annotations: { "argocd.argoproj.io/tracking-id": "team_shop:flomesh.io/GlobalTrafficPolicy:shop/cart" } }), "argocd/shop", { tool: "argocd", app: "shop" }],
  ["Argo CD by its label", policy({ labels: { "argocd.argoproj.io/instance": "shop" } }), "argocd/shop", { tool: "argocd", app: "shop" }],
  ["Argo CD by its manager and the common label", policy({ labels: { "app.kubernetes.io/instance": "shop" }, managedFields: [written("argocd-controller")] }), "argocd/shop", { tool: "argocd", app: "shop" }],
  ["a Flux Kustomization", policy({ labels: { "kustomize.toolkit.fluxcd.io/name": "apps" } }), "flux/apps", { tool: "flux-kustomize", app: "apps" }],
  ["a Flux HelmRelease, before the Helm that it runs", policy({ labels: { "helm.toolkit.fluxcd.io/name": "shop", "app.kubernetes.io/managed-by": "Helm" } }), "flux/shop", { tool: "flux-helm", app: "shop" }],
  ["Helm", policy({ annotations: { "meta.helm.sh/release-name": "shop-prod" } }), "helm/shop-prod", { tool: "helm", app: "shop-prod" }],
  ["another tool by its manager", policy({ managedFields: [written("fleetagent")] }), "fleetagent", { tool: "other", app: "fleetagent" }],
] as const)("recognises %s", (_case, metadata, detail, git) => {
  expect(ownerOf(metadata)).toEqual({ kind: "git", detail, git });
});

it("tells people from tools by who wrote the spec last", () => {
  const managedFields = [written("argocd-controller"), written("sluice-console", "2026-11-20T10:00:00Z")];
  expect(ownerOf(policy({ managedFields }))).toEqual({ kind: "console", detail: "sluice-console" });
  expect(ownerOf(policy({ managedFields: [written("kubectl-client-side-apply")] }))).toEqual({ kind: "kubectl", detail: "kubectl-client-side-apply" });
  expect(ownerOf(undefined)).toEqual({ kind: "none", detail: "" });
});

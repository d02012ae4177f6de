import type { ObjectMeta } from "@sluice/shared/object-meta";
import type { GitOwner, OwnerView } from "../views/cluster-view.ts";
import { consoleManager } from "./labels.ts";

const gitManagers = /^(?:argocd-.*|argocd|kustomize-controller|helm-controller|helm|gotk-.*|flux.*|rancher-.*fleet.*|fleetagent)$/i;

/**
 * Who keeps a policy, from its labels, annotations and field managers; where the API server keeps no managed fields,
 * from who made its present revision. undefined: there is no policy.
 */
export function ownerOf(metadata: ObjectMeta | undefined, revisionBy?: string): OwnerView {
  if (metadata === undefined) return { kind: "none", detail: "" };
  const git = gitOwnerOf(metadata);
  if (git !== undefined) return { kind: "git", detail: git.tool === "other" ? git.app : `${prefixes[git.tool]}/${git.app}`, git };
  const manager = specManager(metadata);
  if (manager === consoleManager || (manager === "unknown" && revisionBy === "console")) return { kind: "console", detail: consoleManager };
  return { kind: "kubectl", detail: manager };
}

const prefixes = { argocd: "argocd", "flux-kustomize": "flux", "flux-helm": "flux", helm: "helm" } as const;

/** Marks that a tool leaves on each object tell it surely; who wrote the spec last tells the tools that leave none. */
function gitOwnerOf(metadata: ObjectMeta): GitOwner | undefined {
  const { labels = {}, annotations = {} } = metadata;
  // "APP:group/Kind:namespace/name", or "NAMESPACE_APP:…" for an Application outside Argo CD's own namespace.
  const tracked = annotations["argocd.argoproj.io/tracking-id"]?.split(":")[0]?.split("_").at(-1) ?? labels["argocd.argoproj.io/instance"];
  if (tracked !== undefined) return { tool: "argocd", app: tracked };
  const kustomization = labels["kustomize.toolkit.fluxcd.io/name"];
  if (kustomization !== undefined) return { tool: "flux-kustomize", app: kustomization };
  const helmRelease = labels["helm.toolkit.fluxcd.io/name"];
  if (helmRelease !== undefined) return { tool: "flux-helm", app: helmRelease };
  const release = annotations["meta.helm.sh/release-name"];
  if (release !== undefined || labels["app.kubernetes.io/managed-by"] === "Helm") return { tool: "helm", app: release ?? metadata.name };
  const manager = specManager(metadata);
  if (!gitManagers.test(manager)) return undefined;
  const instance = labels["app.kubernetes.io/instance"];
  if (instance === undefined) return { tool: "other", app: manager };
  if (manager.startsWith("argocd")) return { tool: "argocd", app: instance };
  return { tool: "other", app: `${manager}/${instance}` };
}

/** The field manager that wrote the spec last; "unknown" where managed fields are not kept. */
export function specManager(metadata: ObjectMeta): string {
  const writers = (metadata.managedFields ?? []).filter(
    ({ fieldsV1, subresource }) =>
      (subresource === undefined || subresource === "") && (typeof fieldsV1 !== "object" || fieldsV1 === null || "f:spec" in fieldsV1),
  );
  const last = writers.toSorted((a, b) => (a.time ?? "").localeCompare(b.time ?? "")).at(-1);
  return last?.manager ?? "unknown";
}

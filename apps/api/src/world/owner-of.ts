import type { ObjectMeta } from "@sluice/shared/object-meta";
import type { OwnerView } from "../views/cluster-view.ts";
import { consoleManager } from "./labels.ts";

const gitManagers = /^(?:argocd-.*|argocd|kustomize-controller|helm-controller|helm|gotk-.*|flux.*|rancher-.*fleet.*|fleetagent)$/i;

/**
 * Who keeps a policy, from its labels, annotations and field managers; where the API server keeps no managed fields,
 * from who made its present revision. undefined: there is no policy.
 */
export function ownerOf(metadata: ObjectMeta | undefined, revisionBy?: string): OwnerView {
  if (metadata === undefined) return { kind: "none", detail: "" };
  const { labels = {}, annotations = {} } = metadata;
  const tracking = annotations["argocd.argoproj.io/tracking-id"];
  if (tracking !== undefined) return { kind: "git", detail: `argocd/${tracking.split(":")[0] ?? tracking}` };
  const flux = labels["kustomize.toolkit.fluxcd.io/name"] ?? labels["helm.toolkit.fluxcd.io/name"];
  if (flux !== undefined) return { kind: "git", detail: `flux/${flux}` };
  const release = annotations["meta.helm.sh/release-name"];
  if (release !== undefined || labels["app.kubernetes.io/managed-by"] === "Helm") return { kind: "git", detail: `helm/${release ?? metadata.name}` };
  const manager = specManager(metadata);
  if (manager === consoleManager || (manager === "unknown" && revisionBy === "console")) return { kind: "console", detail: consoleManager };
  if (gitManagers.test(manager)) {
    const instance = labels["argocd.argoproj.io/instance"] ?? labels["app.kubernetes.io/instance"];
    return { kind: "git", detail: instance === undefined ? manager : `${manager}/${instance}` };
  }
  return { kind: "kubectl", detail: manager };
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

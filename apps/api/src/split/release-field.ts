import { stringify } from "yaml";
import type { GitOwner } from "../views/cluster-view.ts";

/**
 * What must stand in Git so that its tool leaves a policy's spec to whoever writes it in the cluster, as YAML; null for a tool
 * whose words for that are not known. Argo CD: "Diffing customization" and the sync option RespectIgnoreDifferences, without
 * which a sync would write the field again; Flux: server-side apply annotations of kustomize-controller, drift detection of
 * helm-controller; Helm: its resource policy, since a release has no ignored fields.
 */
export function releaseField({ tool, app }: GitOwner, service: string): string | null {
  const [namespace, name] = service.split("/");
  const target = { kind: "GlobalTrafficPolicy", name, namespace };
  const annotated = (annotations: Record<string, string>) => stringify({ apiVersion: "flomesh.io/v1alpha1", kind: target.kind, metadata: { namespace, name, annotations } });
  switch (tool) {
    case "argocd":
      return stringify({
        apiVersion: "argoproj.io/v1alpha1",
        kind: "Application",
        metadata: { name: app },
        spec: {
          ignoreDifferences: [{ group: "flomesh.io", ...target, jsonPointers: ["/spec"] }],
          syncPolicy: { syncOptions: ["RespectIgnoreDifferences=true"] },
        },
      });
    case "flux-kustomize":
      return annotated({ "kustomize.toolkit.fluxcd.io/ssa": "IfNotPresent" });
    case "flux-helm":
      return stringify({
        apiVersion: "helm.toolkit.fluxcd.io/v2",
        kind: "HelmRelease",
        metadata: { name: app },
        spec: { driftDetection: { mode: "enabled", ignore: [{ paths: ["/spec"], target }] } },
      });
    case "helm":
      return annotated({ "helm.sh/resource-policy": "keep" });
    case "other":
      return null;
  }
}

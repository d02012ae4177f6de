import type { ObjectMeta } from "../object-meta.ts";
import type { UsedPath } from "./validate-export.ts";

/** What propagation reads of a networking.k8s.io/v1 Ingress; a whole one fits. */
export interface IngressLike {
  readonly metadata: ObjectMeta;
  readonly spec?: {
    readonly rules?: readonly { readonly http?: { readonly paths?: readonly { readonly path?: string; readonly pathType?: string }[] } }[];
  };
}

/**
 * The paths that the Ingresses of a cluster use, whatever the host: exports have none, so theirs answer under every host. Source of the
 * fields: Kubernetes `networking/v1/types.go`, HTTPIngressPath.
 */
export function ingressPaths(ingresses: readonly IngressLike[]): UsedPath[] {
  return ingresses
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .flatMap(({ metadata, spec }) =>
      (spec?.rules ?? []).flatMap((rule) =>
        (rule.http?.paths ?? []).map(
          ({ path = "/", pathType = "ImplementationSpecific" }): UsedPath => ({ path, pathType, owner: `Ingress ${metadata.namespace ?? "default"}/${metadata.name}`, createdAtMs: Date.parse(metadata.creationTimestamp ?? "") || 0 }),
        ),
      ),
    );
}

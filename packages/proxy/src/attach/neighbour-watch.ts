import { isDeepStrictEqual } from "node:util";
import { namespacesOf, type Claim } from "@sluice/shared/preflight/claim";
import { claimsOf, type ClaimingKind } from "@sluice/shared/preflight/claims-of";
import { ApiError } from "@sluice/kubernetes/api-error";
import type { KubernetesClient } from "@sluice/kubernetes/client";
import type { Informer } from "@sluice/kubernetes/informer";
import type { KubernetesObject, ResourceType } from "@sluice/kubernetes/resource";
import { startInformer } from "@sluice/kubernetes/start-informer";

/** A kind that is absent or forbidden is asked for again this often: somebody may install it, or allow it. */
const refusedRetryMs = 60_000;
const anywhere = "";

const kindsLookedAt: Readonly<Record<ClaimingKind, { group: string; version: string; kind: string; clusterScoped?: true }>> = {
  networkpolicies: { group: "networking.k8s.io", version: "v1", kind: "NetworkPolicy" },
  ingresses: { group: "networking.k8s.io", version: "v1", kind: "Ingress" },
  httproutes: { group: "gateway.networking.k8s.io", version: "v1", kind: "HTTPRoute" },
  grpcroutes: { group: "gateway.networking.k8s.io", version: "v1", kind: "GRPCRoute" },
  targetgroupbindings: { group: "elbv2.k8s.aws", version: "v1beta1", kind: "TargetGroupBinding" },
  servicemonitors: { group: "monitoring.coreos.com", version: "v1", kind: "ServiceMonitor" },
  validatingwebhookconfigurations: { group: "admissionregistration.k8s.io", version: "v1", kind: "ValidatingWebhookConfiguration", clusterScoped: true },
  mutatingwebhookconfigurations: { group: "admissionregistration.k8s.io", version: "v1", kind: "MutatingWebhookConfiguration", clusterScoped: true },
  customresourcedefinitions: { group: "apiextensions.k8s.io", version: "v1", kind: "CustomResourceDefinition", clusterScoped: true },
  apiservices: { group: "apiregistration.k8s.io", version: "v1", kind: "APIService", clusterScoped: true },
  rollouts: { group: "argoproj.io", version: "v1alpha1", kind: "Rollout" },
  // Served by every release of Istio; v1 only since 1.22.
  peerauthentications: { group: "security.istio.io", version: "v1beta1", kind: "PeerAuthentication" },
};

/** Watches what the preflight looks at, and keeps of each object no more than what it claims. */
export class NeighbourWatch {
  readonly #informers = new Map<ClaimingKind, Informer<KubernetesObject>>();
  /** By kind and key of the object. */
  readonly #claims = new Map<string, readonly Claim[]>();
  #said = "";
  #byNamespace: ReadonlyMap<string, readonly Claim[]> | undefined;

  /** `onChange`: anything may be refused now, or no longer. */
  constructor({ client, onChange }: { client: KubernetesClient; onChange: () => void }) {
    for (const [plural, { group, version, kind, clusterScoped = false }] of Object.entries(kindsLookedAt) as [ClaimingKind, (typeof kindsLookedAt)[ClaimingKind]][]) {
      const type: ResourceType = { group, version, plural, kind, namespaced: !clusterScoped };
      const informer: Informer<KubernetesObject> = startInformer(client, type, {
        refusedRetryMs,
        keep: (object) => reduced(object, claimsOf(plural, object, kind)),
        onChange: (key) => {
          if (this.#update(`${plural} ${key}`, (informer.get(key) as Neighbour | undefined)?.claims ?? [])) onChange();
        },
        onState: () => {
          const said = JSON.stringify([this.unseen, this.pending]);
          if (said === this.#said) return;
          this.#said = said;
          onChange();
        },
      });
      this.#informers.set(plural, informer);
    }
  }

  /** Claims on what is in the namespace, and those on anything. */
  claims(namespace: string): readonly Claim[] {
    const index = (this.#byNamespace ??= this.#index());
    return [...(index.get(namespace) ?? []), ...(index.get(anywhere) ?? [])];
  }

  /** Kinds that can't be looked at; one that the cluster does not have is not among them. */
  get unseen(): { kind: string; why: string }[] {
    return [...this.#informers].flatMap(([kind, { state }]) => {
      if (state.phase === "live" || !("error" in state) || state.error === undefined || isAbsent(state.error)) return [];
      return [{ kind, why: state.error instanceof ApiError && state.error.code === 403 ? "forbidden" : state.error.message.slice(0, 200) }];
    });
  }

  /** Kinds of which nothing is known yet. */
  get pending(): string[] {
    return [...this.#informers].flatMap(([kind, { state }]) => (state.phase === "syncing" && state.error === undefined ? [kind] : []));
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#informers.values()].map((informer) => informer.stop()));
  }

  #update(key: string, claims: readonly Claim[]): boolean {
    if (isDeepStrictEqual(this.#claims.get(key) ?? [], claims)) return false;
    if (claims.length === 0) this.#claims.delete(key);
    else this.#claims.set(key, claims);
    this.#byNamespace = undefined;
    return true;
  }

  #index(): Map<string, Claim[]> {
    const index = new Map<string, Claim[]>();
    for (const claim of [...this.#claims.values()].flat()) {
      for (const namespace of namespacesOf(claim) ?? [anywhere]) index.set(namespace, [...(index.get(namespace) ?? []), claim]);
    }
    return index;
  }
}

interface Neighbour extends KubernetesObject {
  readonly claims: readonly Claim[];
}

function reduced({ apiVersion, kind, metadata: { name, namespace, uid, resourceVersion } }: KubernetesObject, claims: readonly Claim[]): Neighbour {
  const metadata = { name, ...(namespace === undefined ? {} : { namespace }), ...(uid === undefined ? {} : { uid }), ...(resourceVersion === undefined ? {} : { resourceVersion }) };
  return { apiVersion, kind, metadata, claims };
}

/** 404 to a list: the API server knows no such kind. */
function isAbsent(error: Error): boolean {
  return error instanceof ApiError && error.code === 404;
}

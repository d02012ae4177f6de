import type { ClusterKey } from "@sluice/shared/cluster/cluster-key";
import type { RequestedSplit } from "@sluice/shared/split/split";

/**
 * Everything that the data plane knows about the world: immutable, compiled by `config/`, swapped whole. This file is
 * the seam: `config/` makes it, `dataplane/` reads it, neither imports the other.
 */
export interface Snapshot {
  readonly clusterKey: ClusterKey;
  /** Epoch ms at which the newest part was compiled. */
  readonly compiledAtMs: number;
  /** By "namespace/name". A service whose configuration did not change keeps its object identity. */
  readonly services: ReadonlyMap<string, ServicePart>;
  /** Routes of the gateway, longest path first. */
  readonly gateway: readonly GatewayRoute[];
}

export interface ServicePart {
  /** "namespace/name". */
  readonly key: string;
  readonly uid: string;
  /** null: there is no policy object. */
  readonly policy: { readonly uid: string; readonly generation: number; readonly splitHash: string } | null;
  readonly ports: readonly PortPart[];
}

export interface PortPart {
  /** Port of the Service. */
  readonly port: number;
  /** Port that the proxies listen on for it, from the attachment controller's record; null while there is none. */
  readonly listenPort: number | null;
  readonly protocol: "http" | "tcp";
  /** True in the Beside stage: pass everything to local endpoints, and to the split's targets only if there are none. */
  readonly passLocal: boolean;
  readonly requested: RequestedSplit;
  readonly local: LocalGroup;
  readonly remotes: readonly RemoteGroup[];
  /** Requests of one session stay in one cluster and at one endpoint. */
  readonly sticky: boolean;
  readonly loadBalancer: "RoundRobinLoadBalancer" | "HashingLoadBalancer" | "LeastWorkLoadBalancer";
}

export interface LocalGroup {
  /** Ready endpoints, else serving and terminating ones. */
  readonly endpoints: readonly LocalEndpoint[];
}

export interface LocalEndpoint {
  readonly ip: string;
  readonly port: number;
  readonly pod: string;
}

/** Another cluster's gateway, as the import names it. */
export interface RemoteGroup {
  readonly clusterKey: ClusterKey;
  /** Resolved on every dial; `ip` is the last good answer. */
  readonly host: string;
  readonly ip: string;
  readonly port: number;
  readonly path: string;
}

export interface GatewayRoute {
  /** "namespace/name" of the exported service. */
  readonly service: string;
  readonly port: number;
  readonly path: string;
  readonly pathType: "Exact" | "Prefix";
  readonly pathRewrite: { readonly from: string; readonly to: string } | null;
  /** "*" means any caller; anything else needs an identity that plain HTTP cannot give. */
  readonly serviceAccountName: string;
  readonly sticky: boolean;
  readonly loadBalancer: PortPart["loadBalancer"];
  readonly local: LocalGroup;
}

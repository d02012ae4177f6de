import type { ClusterKey } from "../cluster/cluster-key.ts";
import type { Condition } from "../object-meta.ts";
import type { GlobalTrafficPolicySpec } from "../policy/global-traffic-policy-schema.ts";
import type { Claim } from "../preflight/claim.ts";
import type { ProxySnapshotService } from "../telemetry/proxy-snapshot.ts";

/** Everything that `planAttachment` looks at: one service of one member, as plain data. Times are epoch ms. */
export interface ObservedAttachment {
  readonly nowMs: number;
  /** undefined until the member has joined a set. */
  readonly ownKey: ClusterKey | undefined;
  /** undefined: no such Service; `shadow` and `slices` may still be there to clean up. */
  readonly service: ObservedService | undefined;
  /** EndpointSlices labelled with the service's name: the EndpointSlice controller's and ours. */
  readonly slices: readonly ObservedSlice[];
  readonly shadow: ObservedService | undefined;
  /** EndpointSlices of the shadow Service. */
  readonly shadowSlices: readonly ObservedSlice[];
  /** Every pod that matches the original selector, of any readiness, terminating ones included. */
  readonly pods: readonly ObservedPod[];
  /** Other Services, as "namespace/name", whose present selector matches one of `pods`: callers of these pass no proxy. */
  readonly bypasses: readonly string[];
  /** undefined: there is no policy object. */
  readonly policy: ObservedPolicy | undefined;
  /** By port of the Service, which clusters the import offers; a port that no import offers is absent. */
  readonly imports: readonly { readonly port: number; readonly clusterKeys: readonly ClusterKey[] }[];
  /** `serviceAccountName` of the service's export and import, where they are: "*" or "" for any caller. */
  readonly allowedAccounts: readonly string[];
  /** Listen ports bound to this service in the port record. */
  readonly listenPorts: readonly { readonly port: number; readonly listenPort: number }[];
  readonly proxies: readonly ObservedProxy[];
  /** What the controller remembers of this service between passes, as `AttachmentPlan.memory` gave it. */
  readonly memory: AttachmentMemory;
  /** What else in the cluster has to do with this service or its pods, for the preflight. */
  readonly surroundings: ObservedSurroundings;
  /** Facts that take the proxies out of the path, or keep them out; found by the controller. */
  readonly obstacles: readonly Obstacle[];
  /** False when a node's kube-proxy is older than 1.26: no terminating fallback, so FailOver is Inline. */
  readonly terminatingFallback: boolean;
}

export interface ObservedSurroundings {
  /** At least those that concern the service. */
  readonly claims: readonly Claim[];
  /** Kinds that exist, as far as is known, but can't be looked at. */
  readonly unseen: readonly { readonly kind: string; readonly why: string }[];
  /** Kinds of which the first answer is still to come. */
  readonly pending: readonly string[];
  /** Images of the proxies' own containers. */
  readonly proxyImages: readonly string[];
}

export interface ObservedService {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly type: string;
  readonly clusterIP: string;
  readonly selector: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly ports: readonly ObservedServicePort[];
  readonly ipFamilies: readonly string[];
  readonly ipFamilyPolicy: string | undefined;
  readonly sessionAffinity: string;
  readonly internalTrafficPolicy: string;
  readonly externalTrafficPolicy: string;
  readonly publishNotReadyAddresses: boolean;
  readonly deleting: boolean;
  /** Field manager that last wrote the selector, when managedFields say so. */
  readonly selectorManager: string | undefined;
  /** Field manager, other than us, that owns the selector by a server-side apply. */
  readonly selectorAppliedBy: string | undefined;
}

export interface ObservedServicePort {
  /** "" when the port has no name. */
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
  readonly appProtocol: string | undefined;
}

export interface ObservedSlice {
  readonly name: string;
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly addressType: string;
  readonly endpoints: readonly SliceEndpoint[];
  readonly ports: readonly SlicePort[];
}

export interface SlicePort {
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
  readonly appProtocol: string | undefined;
}

export interface SliceEndpoint {
  readonly address: string;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  /** Name and uid of the pod behind it. */
  readonly pod: { readonly name: string; readonly namespace: string; readonly uid: string } | undefined;
  readonly nodeName: string | undefined;
  readonly zone: string | undefined;
}

export interface ObservedPod {
  readonly name: string;
  readonly uid: string;
  readonly createdAtMs: number;
  readonly labels: Readonly<Record<string, string>>;
  /** The service mesh whose proxy stands in front of the pod, if one does. */
  readonly mesh: "istio" | "linkerd" | undefined;
}

export interface ObservedPolicy {
  readonly uid: string;
  readonly generation: number;
  readonly spec: GlobalTrafficPolicySpec;
  /** Present conditions, whose transition times are kept while the status stays. */
  readonly conditions: readonly Condition[];
}

/** One proxy pod of the member, with what its `/snapshot` says of this service. */
export interface ObservedProxy {
  readonly pod: { readonly name: string; readonly namespace: string; readonly uid: string };
  readonly addresses: readonly string[];
  readonly nodeName: string | undefined;
  readonly zone: string | undefined;
  readonly ready: boolean;
  readonly deleting: boolean;
  /** False after its peers failed to reach it for 3 s. */
  readonly reachable: boolean;
  /** undefined: the snapshot could not be read, or does not hold the service. */
  readonly snapshot: ProxySnapshotService | undefined;
}

/** Kept by the controller per service uid (in the shadow Service's annotation), so that a restart goes on where it was. */
export interface AttachmentMemory {
  /** When the proxies became the only way in: starts Captured's clock. undefined while a connection may bypass them. */
  readonly inlineSinceMs?: number | undefined;
  /** When the present leaving step began. */
  readonly leavingSinceMs?: number | undefined;
  /** When the selector key was last written by us. */
  readonly keySetMs?: number | undefined;
  /** Times at which someone else removed the selector key. */
  readonly selectorResets: readonly { readonly atMs: number; readonly manager: string }[];
}

export interface Obstacle {
  /** CamelCase, becomes the condition's reason. */
  readonly reason: string;
  readonly message: string;
}

import type { ClusterKey } from "@sluice/shared/cluster/cluster-key";
import type { ServiceExport } from "@sluice/shared/export/service-export-schema";
import type { ServiceImportSpec } from "@sluice/shared/import/service-import-schema";
import type { PortRecords } from "@sluice/shared/attachment/port-records";
import type { GlobalTrafficPolicy } from "@sluice/shared/policy/global-traffic-policy-schema";
import type { EndpointSlice, Service } from "@sluice/kubernetes/kinds";

/** Keys of services that may compile to something else now. */
export type Affected = readonly string[] | "all";

/** What the snapshot is compiled from. All keys are "namespace/name" of a service. */
export interface World {
  /** "" until the cluster has joined a set: then nothing is split. */
  readonly clusterKey: ClusterKey;
  readonly portRecords: PortRecords;
  /** Keys of every service that anything is known of. */
  serviceKeys(): Iterable<string>;
  service(key: string): Service | undefined;
  /** The real pods' slices: the service's own and its shadow's, without those that Sluice manages. */
  localSlices(key: string): readonly EndpointSlice[];
  policy(key: string): GlobalTrafficPolicy | undefined;
  serviceImport(key: string): ServiceImportSpec | undefined;
  serviceExport(key: string): ServiceExport | undefined;
}

import type { GatewayRoute, ServicePart } from "../snapshot.ts";

/** What the config thread posts: the parts that changed since its last message, or all of them. */
export interface SnapshotChange {
  readonly clusterKey: string;
  readonly compiledAtMs: number;
  /** True: services that are not here are gone. */
  readonly whole: boolean;
  readonly services: readonly ServicePart[];
  readonly removed: readonly string[];
  /** Absent: unchanged. */
  readonly gateway?: readonly GatewayRoute[];
}

"use client";

import { useMemo } from "react";
import { useLive, useSeedClusters } from "./live-provider.tsx";

export interface ClusterLook {
  key: string;
  name: string;
  /** Palette index; null for a cluster that is not a member (any more). */
  color: number | null;
  version: string | null;
}

/** Name and fixed colour of any cluster key. Not by `clusterNameOf`, whose module would bring zod to every page. */
export function useClusterLook(): (key: string) => ClusterLook {
  const seed = useSeedClusters();
  const clusters = useLive().fleet?.clusters ?? seed;
  return useMemo(() => {
    const byKey = new Map(clusters?.map((cluster) => [cluster.key, cluster]));
    return (key: string) => {
      const cluster = byKey.get(key);
      return { key, name: cluster?.name ?? key.slice(key.lastIndexOf("/") + 1), color: cluster?.color ?? null, version: cluster?.version ?? null };
    };
  }, [clusters]);
}

import type { CSSProperties } from "react";

/** Ground of a cluster's colour; grey when it is no member. */
export function clusterColor(index: number | null): string {
  return index === null ? "var(--faint)" : `var(--c${index % 6})`;
}

/** Text that is readable on `clusterColor`. */
export function onClusterColor(index: number | null): string {
  return index === null ? "var(--panel)" : `var(--on-c${index % 6})`;
}

/** Line styles of the charts, so that no cluster is told by colour alone. */
export function clusterDash(index: number | null): string | undefined {
  return index === null ? "1 3" : [undefined, "5 3", "2 3", "8 3 2 3", "10 4", "1 4"][index % 6];
}

/** Hatching in the colour of a cluster: a share that is not live yet. */
export function hatchStyle(index: number | null): CSSProperties {
  return { "--hatch": clusterColor(index) } as CSSProperties;
}

import { clusterColor, onClusterColor } from "./cluster-color.ts";

/** A cut-out per cluster, so that its colour is never the only sign. */
const cuts: Record<number, string> = { 1: "M0 5h10", 2: "M5 0v10", 3: "M0 10 10 0", 4: "M0 5h10M5 0v10", 5: "M0 0l10 10" };

export function ClusterMark({ color, size = 10 }: { color: number | null; size?: number }) {
  const cut = color === null ? undefined : cuts[color % 6];
  return (
    <svg aria-hidden="true" width={size} height={size} viewBox="0 0 10 10" className="shrink-0 overflow-hidden rounded-[3px]">
      <rect width="10" height="10" rx="2.5" fill={clusterColor(color)} />
      {cut === undefined ? null : <path d={cut} stroke={onClusterColor(color)} strokeWidth="1.6" opacity="0.85" />}
    </svg>
  );
}

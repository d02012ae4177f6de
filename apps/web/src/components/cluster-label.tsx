import { ClusterMark } from "./cluster-mark.tsx";

/** Mark and name of a cluster. */
export function ClusterLabel({ look, className }: { look: { name: string; color: number | null }; className?: string }) {
  return (
    <span className={`inline-flex items-center gap-2 ${className ?? ""}`}>
      <ClusterMark color={look.color} />
      <span>{look.name}</span>
    </span>
  );
}

import clsx from "clsx";
import { clusterColor } from "./cluster-color.ts";

export interface BarPart {
  key: string;
  color: number | null;
  permille: number;
}

/** Small split bar of a table row: who answers, in the clusters' colours. */
export function SplitBar({ parts, label, className }: { parts: BarPart[] | null; label: string; className?: string }) {
  return (
    <div role="img" aria-label={label} className={clsx("flex h-[9px] w-full gap-px overflow-hidden rounded-[4px]", parts === null && "hatch", className)}>
      {parts?.map((part) =>
        part.permille === 0 ? null : (
          <span key={part.key} className="h-full min-w-[2px] transition-[flex-grow] duration-140 ease-out" style={{ flexGrow: part.permille, flexBasis: 0, background: clusterColor(part.color) }} />
        ),
      )}
    </div>
  );
}

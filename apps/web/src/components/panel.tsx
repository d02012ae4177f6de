import clsx from "clsx";
import type { ReactNode } from "react";

interface PanelProps {
  children: ReactNode;
  className?: string;
  label?: string;
}

/** White (or dark) card with a line around it: what every block of a page stands on. */
export function Panel({ children, className, label }: PanelProps) {
  return (
    <section aria-label={label} className={clsx("rounded-panel border border-line bg-panel shadow-panel", className)}>
      {children}
    </section>
  );
}

/** Title line of a panel, with a quiet remark at its right. */
export function PanelHead({ title, aside }: { title: ReactNode; aside?: ReactNode }) {
  return (
    <div className="flex min-h-6 items-center justify-between gap-4">
      <h2 className="text-base font-[560] tracking-[-0.01em]">{title}</h2>
      {aside === undefined ? null : <div className="text-xs text-ink-3">{aside}</div>}
    </div>
  );
}

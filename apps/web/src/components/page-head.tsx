import type { ReactNode } from "react";

/** The state of the page in one sentence, and its one primary action. */
export function PageHead({ title, actions, children }: { title: ReactNode; actions?: ReactNode; children?: ReactNode }) {
  return (
    <div className="flex min-h-[34px] flex-wrap items-start justify-between gap-x-8 gap-y-4 pt-7 pb-5">
      <div className="min-w-0 flex-1 basis-[420px]">
        <h1 className="text-2xl font-[620] tracking-[-0.02em]">{title}</h1>
        {children}
      </div>
      {actions === undefined ? null : <div className="flex flex-wrap gap-2">{actions}</div>}
    </div>
  );
}

import type { ReactNode } from "react";

/** The buttons that end a dialog, with a quiet remark at their left. They stay in sight however long the dialog is. */
export function DialogActions({ remark, children }: { remark?: ReactNode; children: ReactNode }) {
  return (
    <div className="sticky -bottom-5 -mx-5 mt-5 -mb-5 flex flex-wrap items-center justify-end gap-x-4 gap-y-2 rounded-b-panel border-t border-transparent bg-panel px-5 pt-3 pb-5 max-sm:border-line sm:-bottom-6 sm:-mx-6 sm:-mb-6 sm:px-6 sm:pb-6">
      {remark === undefined ? null : <p className="mr-auto text-xs text-ink-2">{remark}</p>}
      <span className="flex flex-wrap justify-end gap-2">{children}</span>
    </div>
  );
}

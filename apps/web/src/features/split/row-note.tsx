interface RowNoteProps {
  label: string;
  text: string;
  /** A button; or, while it would not help, the words that say from when on. */
  action: { text: string; hint?: string; onClick: () => void } | string | null;
}

/** A quiet line at the foot of a row: what its figures leave out, with the remedy at its right. */
export function RowNote({ label, text, action }: RowNoteProps) {
  return (
    <div role="note" aria-label={label} className="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1 border-t border-line px-4 py-2.5 text-xs text-ink-2 md:px-[22px]">
      <p className="min-w-0 flex-1 basis-[300px]">{text}</p>
      <span className="flex min-h-6 shrink-0 items-center pointer-coarse:min-h-11">
        {typeof action === "string" || action === null ? (
          action
        ) : (
          <button type="button" title={action.hint} onClick={action.onClick} className="min-h-6 rounded-[6px] font-[540] text-accent underline-offset-2 hover:underline pointer-coarse:min-h-11">
            {action.text}
          </button>
        )}
      </span>
    </div>
  );
}

"use client";

import { useTranslations } from "use-intl";

interface ErrorNoteProps {
  message: string;
  /** Of the failure; "NoAnswer" is told in the reader's words, whatever the network said. */
  code?: string;
  remedy?: string | null;
  retry?: () => void;
}

/** A failure, inside the panel that it belongs to. */
export function ErrorNote({ message, code, remedy, retry }: ErrorNoteProps) {
  const t = useTranslations("errors");
  const live = useTranslations("live");
  const silent = code === "NoAnswer";
  const advice = silent ? live("no-api-remedy") : remedy;
  return (
    <div role="alert" className="rounded-control bg-bad-soft px-3.5 py-3 text-sm text-ink">
      <p className="font-[540]">{silent ? live("no-api") : message}</p>
      {advice === null || advice === undefined ? null : <p className="mt-0.5 text-ink-2">{advice}</p>}
      {retry === undefined ? null : (
        <button type="button" onClick={retry} className="mt-2 min-h-6 font-[540] text-accent underline-offset-2 hover:underline">
          {t("retry")}
        </button>
      )}
    </div>
  );
}

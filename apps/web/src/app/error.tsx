"use client";

import { useTranslations } from "use-intl";
import { ErrorNote } from "../components/error-note.tsx";
import { PageHead } from "../components/page-head.tsx";

export default function PageError({ error, reset }: { error: Error; reset: () => void }) {
  const t = useTranslations("errors");
  return (
    <PageHead title={t("page")}>
      <div className="mt-4">
        <ErrorNote message={error.message} retry={reset} />
      </div>
    </PageHead>
  );
}

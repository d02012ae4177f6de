import type { SplitRowView } from "@sluice/api/views/service-view";
import { useTranslations } from "use-intl";
import { RowNote } from "./row-note.tsx";

type StickyRow = Pick<SplitRowView, "sticky" | "mode">;

/** Without a split there are no shares that sessions could differ from. */
const isStickySplit = ({ sticky, mode }: StickyRow): boolean => sticky && mode === "ActiveActive";

/** In a row's head: that its split is sticky. */
export function StickyMark({ row }: { row: StickyRow }) {
  const t = useTranslations("sticky");
  return isStickySplit(row) ? <span className="rounded-full border border-line px-2.5 py-px text-xs whitespace-nowrap text-ink-2">{t("mark")}</span> : null;
}

/** At its foot: what that means for the shares above. */
export function StickyNote({ row }: { row: StickyRow }) {
  const t = useTranslations("sticky");
  return isStickySplit(row) ? <RowNote label={t("title")} text={t("why")} action={null} /> : null;
}

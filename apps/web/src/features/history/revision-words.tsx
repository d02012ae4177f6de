"use client";

import { useTranslations } from "use-intl";
import { useFormat } from "../../format/use-format.ts";
import { useClusterLook } from "../../trpc/use-clusters.ts";
import { describeRevision, type Revision } from "./describe-revision.ts";

/** What a revision did, in a few words. */
export function RevisionWords({ revision, source }: { revision: Revision; source: string }) {
  const t = useTranslations("history");
  const format = useFormat();
  const look = useClusterLook();
  const summary = describeRevision(revision, source);
  if (summary.id === "share") return t("share", { share: format.share(summary.permille), cluster: look(summary.cluster).name });
  return summary.id === "back" ? t("back", { cluster: look(summary.cluster).name }) : t(summary.id);
}

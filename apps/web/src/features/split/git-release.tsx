"use client";

import type { PreviewView } from "@sluice/api/views/change-view";
import { toast } from "sonner";
import { useTranslations } from "use-intl";
import { Button } from "../../components/button.tsx";
import { CopyButton } from "../../components/copy-button.tsx";

/** Why a change made here would not last, and what must stand in Git so that it would. */
export function GitRelease({ git }: { git: NonNullable<PreviewView["git"]> }) {
  const t = useTranslations("git");
  const words = t(`release-${git.tool}`, { app: git.app });
  return (
    <section aria-label={t("managed", { owner: git.detail })} className="mt-4 overflow-hidden rounded-control border border-line text-sm">
      <p className="px-3 py-2.5">{t("why", { owner: git.detail })}</p>
      <div className="flex items-start justify-between gap-4 border-t border-line bg-paper px-3 py-2">
        <span className="min-w-0 text-xs text-ink-2">{words}</span>
        {git.releaseYaml === null ? null : <CopyButton text={git.releaseYaml} label={t("copy-release")} />}
      </div>
      {git.releaseYaml === null ? null : (
        // Scrollable areas take the keyboard.
        <pre tabIndex={0} aria-label={words} className="max-h-[220px] overflow-auto border-t border-line px-3 py-2.5 font-mono text-xs leading-[18px]">{git.releaseYaml}</pre>
      )}
    </section>
  );
}

/** Stands for Apply where the tool would undo what is applied: the change is for a commit. */
export function CopyForGit({ yaml, owner }: { yaml: string; owner: string }) {
  const t = useTranslations("git");
  const copy = () => void navigator.clipboard.writeText(yaml).then(() => toast.success(t("copied", { owner })), () => undefined);
  return <Button tone="primary" onClick={copy}>{t("copy")}</Button>;
}

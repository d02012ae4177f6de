"use client";

import { Dialog } from "@base-ui/react/dialog";
import { Command } from "cmdk";
import { useRouter } from "next/navigation";
import { useTranslations } from "use-intl";
import { useLive } from "../../trpc/live-provider.tsx";
import { navItems } from "./nav-items.ts";

const item = "flex min-h-9 cursor-pointer items-center justify-between gap-3 rounded-[6px] px-2.5 text-sm data-[selected=true]:bg-sunk";

/** ⌘K: go to a page, a service or a cluster. */
export function GoToDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const t = useTranslations("goto");
  const nav = useTranslations("nav");
  const router = useRouter();
  const fleet = useLive().fleet;
  const go = (href: string) => {
    onOpenChange(false);
    router.push(href);
  };
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-black/30 dark:bg-black/60" />
        <Dialog.Popup className="fixed top-[14vh] left-1/2 z-50 w-[min(560px,calc(100vw-24px))] -translate-x-1/2 overflow-hidden rounded-panel border border-line bg-panel shadow-float outline-none">
          <Dialog.Title className="sr-only">{t("title")}</Dialog.Title>
          <Command label={t("title")} loop>
            <Command.Input autoFocus placeholder={t("placeholder")} className="h-12 w-full border-b border-line bg-transparent px-4 text-base outline-none placeholder:text-ink-3" />
            <Command.List className="max-h-[50vh] overflow-y-auto p-1.5">
              <Command.Empty className="px-3 py-6 text-center text-sm text-ink-3">{t("empty")}</Command.Empty>
              <Command.Group heading={t("pages")} className="[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:py-1.5 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-ink-3">
                {navItems.map((entry) => (
                  <Command.Item key={entry.id} value={`page ${nav(entry.id)}`} onSelect={() => go(entry.href)} className={item}>
                    {nav(entry.id)}
                  </Command.Item>
                ))}
              </Command.Group>
              <Command.Group heading={t("services")} className="[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:py-1.5 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-ink-3">
                {fleet?.services.map((row) => (
                  <Command.Item key={row.service} value={row.service} onSelect={() => go(`/services/${row.service}`)} className={item}>
                    <span>{row.name}</span>
                    <span className="text-ink-3">{row.namespace}</span>
                  </Command.Item>
                ))}
              </Command.Group>
            </Command.List>
          </Command>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

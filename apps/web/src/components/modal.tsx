"use client";

import { Dialog } from "@base-ui/react/dialog";
import clsx from "clsx";
import type { ReactNode } from "react";

interface ModalProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  description?: ReactNode;
  children: ReactNode;
  wide?: boolean;
}

/** A dialog over the page; on a phone it comes from below. Focus returns to what opened it. */
export function Modal({ open, onOpenChange, title, description, children, wide = false }: ModalProps) {
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-black/40 transition-opacity duration-140 ease-out data-ending-style:opacity-0 data-starting-style:opacity-0 dark:bg-black/65" />
        <Dialog.Popup
          className={clsx(
            "fixed inset-x-0 bottom-0 z-50 max-h-[92dvh] overflow-y-auto rounded-t-panel border border-line bg-panel p-5 shadow-float outline-none sm:inset-x-auto sm:top-[8vh] sm:bottom-auto sm:left-1/2 sm:max-h-[86vh] sm:-translate-x-1/2 sm:rounded-panel sm:p-6",
            "transition-[opacity,translate] duration-140 ease-out data-ending-style:opacity-0 data-starting-style:opacity-0",
            wide ? "sm:w-[min(920px,calc(100vw-48px))]" : "sm:w-[min(640px,calc(100vw-48px))]",
          )}
        >
          <Dialog.Title className="text-lg font-[600] tracking-[-0.015em]">{title}</Dialog.Title>
          {description === undefined ? null : <Dialog.Description className="mt-1 text-base text-ink-2">{description}</Dialog.Description>}
          {children}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

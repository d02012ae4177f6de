import clsx from "clsx";
import type { ComponentProps } from "react";

export type ButtonTone = "primary" | "plain" | "quiet" | "danger" | "on-bar" | "on-bar-strong";

const tones: Record<ButtonTone, string> = {
  primary: "bg-accent text-on-accent hover:bg-accent-strong border-transparent",
  plain: "bg-panel text-ink border-line-strong hover:bg-sunk",
  quiet: "bg-transparent text-ink-2 border-transparent hover:bg-sunk hover:text-ink",
  danger: "bg-bad text-panel border-transparent hover:opacity-90",
  "on-bar": "bg-transparent text-on-bar border-bar-line hover:bg-on-bar/10",
  "on-bar-strong": "bg-on-bar text-bar border-transparent hover:opacity-90",
};

/** Classes of a button, for links that look like one. */
export function buttonClass(tone: ButtonTone = "plain", className?: string): string {
  return clsx(
    "inline-flex h-[34px] shrink-0 items-center justify-center gap-2 rounded-control border px-3.5 text-sm font-[540] whitespace-nowrap select-none pointer-coarse:h-11",
    "transition-[background-color,opacity] duration-140 ease-out disabled:cursor-not-allowed disabled:opacity-50",
    tones[tone],
    className,
  );
}

export function Button({ tone = "plain", className, type = "button", ...rest }: ComponentProps<"button"> & { tone?: ButtonTone }) {
  return <button type={type} className={buttonClass(tone, className)} {...rest} />;
}

import clsx from "clsx";
import { useId } from "react";
import type { UseFormRegisterReturn } from "react-hook-form";

/** A labelled field whose error stands under it and is read with it. */
export function FormField({ label, error, input, numeric = false }: { label: string; error: string | undefined; input: UseFormRegisterReturn; numeric?: boolean }) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="mb-1.5 block text-sm text-ink-2">{label}</label>
      <input
        {...input}
        id={id}
        inputMode={numeric ? "numeric" : "text"}
        autoComplete="off"
        spellCheck={false}
        aria-invalid={error !== undefined}
        aria-describedby={error === undefined ? undefined : `${id}-error`}
        className={clsx("h-[36px] w-full rounded-control border bg-panel px-3 text-base pointer-coarse:h-11", error === undefined ? "border-line-strong" : "border-bad")}
      />
      {error === undefined ? null : <p id={`${id}-error`} role="alert" className="mt-1 text-xs text-bad">{error}</p>}
    </div>
  );
}

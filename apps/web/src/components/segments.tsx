"use client";

interface SegmentsProps<T extends string> {
  label: string;
  choices: readonly T[];
  chosen: T;
  words: (choice: T) => string;
  onChoose: (choice: T) => void;
}

/** A few choices beside each other, one of them pressed. */
export function Segments<T extends string>({ label, choices, chosen, words, onChoose }: SegmentsProps<T>) {
  return (
    <span role="group" aria-label={label} className="inline-flex rounded-[7px] bg-sunk p-[2px]">
      {choices.map((choice) => (
        <button key={choice} type="button" aria-pressed={choice === chosen} onClick={() => onChoose(choice)} className="h-6 rounded-[5px] px-2 text-xs whitespace-nowrap text-ink-2 hover:text-ink aria-pressed:bg-raise aria-pressed:text-ink aria-pressed:shadow-panel pointer-coarse:h-11">
          {words(choice)}
        </button>
      ))}
    </span>
  );
}

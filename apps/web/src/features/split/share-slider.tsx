"use client";

import type { CSSProperties, KeyboardEvent } from "react";

interface ShareSliderProps {
  label: string;
  valueText: string;
  permille: number;
  livePermille: number;
  color: string;
  disabled: boolean;
  onChange: (permille: number) => void;
  onEnd: () => void;
  onCancel: () => void;
}

const thumb = 20;
/** So near to the live value (thousandths), a dragged thumb takes it, so that it can be found again. */
const magnet = 6;

const steps: Record<string, number> = { ArrowRight: 10, ArrowUp: 10, ArrowLeft: -10, ArrowDown: -10, PageUp: 100, PageDown: -100 };

/** A native range input for one target's share, in percent, with a mark at the live value. */
export function ShareSlider({ label, valueText, permille, livePermille, color, disabled, onChange, onEnd, onCancel }: ShareSliderProps) {
  const place = (value: number) => `calc(${thumb / 2}px + (100% - ${thumb}px) * ${value / 1000})`;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") return onCancel();
    const step = steps[event.key];
    const to = event.key === "Home" ? 0 : event.key === "End" ? 1000 : step === undefined ? null : permille + (event.shiftKey && Math.abs(step) === 10 ? step * 10 : step);
    if (to === null) return;
    event.preventDefault();
    onChange(Math.min(1000, Math.max(0, to)));
  };
  return (
    <div className="relative flex items-center" style={{ "--fill": color, "--at": place(permille) } as CSSProperties}>
      <span aria-hidden="true" data-testid="live-mark" className="pointer-events-none absolute top-1/2 h-4 w-[2px] -translate-x-1/2 -translate-y-1/2 rounded bg-ink-3" style={{ left: place(livePermille) }} />
      <input
        type="range"
        className="share-slider relative"
        min={0}
        max={100}
        step={0.1}
        value={permille / 10}
        disabled={disabled}
        aria-label={label}
        aria-valuetext={valueText}
        onChange={(event) => onChange(snap(Math.round(event.target.valueAsNumber * 10), livePermille))}
        onKeyDown={onKeyDown}
        onPointerUp={onEnd}
        onBlur={onEnd}
      />
    </div>
  );
}

/** Dragged by hand, whole percents are what people mean; finer ones are typed. */
function snap(permille: number, livePermille: number): number {
  if (Math.abs(permille - livePermille) <= magnet) return livePermille;
  return Math.round(permille / 10) * 10;
}

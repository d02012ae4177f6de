import clsx from "clsx";
import type { CSSProperties } from "react";
import { clusterColor, onClusterColor } from "./cluster-color.ts";

export interface Answer {
  id: number;
  name: string;
  color: number | null;
  status: number;
}

const narrowCellsMax = 20;

/** The latest answers, newest right, one cell each; a bad one is crossed out. Places never move. On a phone the older ones are left out. */
export function AnswerStrip({ answers, cells, label }: { answers: Answer[]; cells: number; label: string }) {
  const shown = answers.slice(-cells);
  const empty = cells - shown.length;
  const narrow = Math.min(cells, narrowCellsMax);
  const placeClass = (index: number) => (index < cells - narrow ? "max-sm:hidden" : undefined);
  return (
    <div role="img" aria-label={label} className="grid w-full grid-cols-[repeat(var(--cells),minmax(0,1fr))] gap-1 max-sm:grid-cols-[repeat(var(--narrow),minmax(0,1fr))]" style={{ "--cells": cells, "--narrow": narrow } as CSSProperties}>
      {Array.from({ length: empty }, (_, index) => (
        <span key={`empty-${index}`} className={clsx("h-5 rounded-[4px] bg-sunk", placeClass(index))} />
      ))}
      {shown.map((answer, index) => (
        <AnswerCell key={answer.id} answer={answer} className={placeClass(empty + index)} />
      ))}
    </div>
  );
}

function AnswerCell({ answer, className }: { answer: Answer; className: string | undefined }) {
  const bad = answer.status === 0 || answer.status >= 500;
  return (
    <span
      title={`${answer.name} · ${answer.status === 0 ? "—" : answer.status}`}
      className={clsx("relative h-5 overflow-hidden rounded-[4px]", bad && "ring-2 ring-bad ring-inset", className)}
      style={{ background: clusterColor(answer.color), color: onClusterColor(answer.color) }}
    >
      {answer.color !== null && answer.color % 6 !== 0 && !bad ? (
        <span className="absolute inset-x-[30%] top-1/2 h-[2px] -translate-y-1/2 rounded-full bg-current opacity-70" />
      ) : null}
      {bad ? <span className="absolute inset-0 grid place-items-center text-xs leading-none font-[700]">×</span> : null}
    </span>
  );
}

import clsx from "clsx";
import { clusterColor, onClusterColor } from "./cluster-color.ts";

export interface Answer {
  id: number;
  name: string;
  color: number | null;
  status: number;
}

/** The latest answers, newest right, one cell each; a bad one is crossed out. Places never move. */
export function AnswerStrip({ answers, cells, label }: { answers: Answer[]; cells: number; label: string }) {
  const shown = answers.slice(-cells);
  const empty = cells - shown.length;
  return (
    <div role="img" aria-label={label} className="grid w-full gap-1" style={{ gridTemplateColumns: `repeat(${cells}, minmax(0, 1fr))` }}>
      {Array.from({ length: empty }, (_, index) => (
        <span key={`empty-${index}`} className="h-5 rounded-[4px] bg-sunk" />
      ))}
      {shown.map((answer) => (
        <AnswerCell key={answer.id} answer={answer} />
      ))}
    </div>
  );
}

function AnswerCell({ answer }: { answer: Answer }) {
  const bad = answer.status === 0 || answer.status >= 500;
  return (
    <span
      title={`${answer.name} · ${answer.status === 0 ? "—" : answer.status}`}
      className={clsx("relative h-5 overflow-hidden rounded-[4px]", bad && "ring-2 ring-bad ring-inset")}
      style={{ background: clusterColor(answer.color), color: onClusterColor(answer.color) }}
    >
      {answer.color !== null && answer.color % 6 !== 0 && !bad ? (
        <span className="absolute inset-x-[30%] top-1/2 h-[2px] -translate-y-1/2 rounded-full bg-current opacity-70" />
      ) : null}
      {bad ? <span className="absolute inset-0 grid place-items-center text-xs leading-none font-[700]">×</span> : null}
    </span>
  );
}

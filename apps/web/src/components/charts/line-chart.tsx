"use client";

import { type PointerEvent, useRef, useState } from "react";
import { useFormat } from "../../format/use-format.ts";
import { useWidth } from "../use-width.ts";
import { linePath, niceTop, scaleOf } from "./series-path.ts";

export interface LineSeries {
  id: string;
  name: string;
  color: string;
  dash: string | undefined;
  values: readonly (number | null)[];
}

interface LineChartProps {
  label: string;
  atMs: readonly number[];
  series: LineSeries[];
  markers: { atMs: number; label: string }[];
  fromMs: number;
  toMs: number;
  height: number;
  /** Least top of the axis, so that noise does not look like a storm. */
  topMin: number;
  format: (value: number) => string;
}

/** Lines over time from 0, without animation; a crosshair tells the values under the pointer. */
export function LineChart({ label, atMs, series, markers, fromMs, toMs, height, topMin, format }: LineChartProps) {
  const { clock } = useFormat();
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame, 364);
  const [at, setAt] = useState<number | null>(null);
  const top = niceTop(series.map((one) => [...one.values]), topMin);
  const scale = scaleOf(fromMs, toMs, top, width, height);
  const onMove = (event: PointerEvent<HTMLDivElement>) => {
    const x = event.clientX - event.currentTarget.getBoundingClientRect().left;
    setAt(nearest(atMs, fromMs + (x / width) * (toMs - fromMs)));
  };
  const time = at === null ? undefined : atMs[at];
  return (
    <div ref={frame} className="relative w-full" style={{ height: height + 2 }} onPointerMove={onMove} onPointerLeave={() => setAt(null)}>
      <svg role="img" aria-label={label} width={width} height={height + 2} className="block overflow-visible">
        <line x1="0" x2={width} y1="0.5" y2="0.5" stroke="var(--line)" />
        <line x1="0" x2={width} y1={height + 0.5} y2={height + 0.5} stroke="var(--line)" />
        {markers.map((marker) => (
          <line key={`${marker.atMs} ${marker.label}`} x1={scale.x(marker.atMs)} x2={scale.x(marker.atMs)} y1="0" y2={height} stroke="var(--ink-3)" strokeDasharray="2 3">
            <title>{marker.label}</title>
          </line>
        ))}
        {series.map((one) => (
          <path key={one.id} d={linePath(atMs, one.values, scale)} fill="none" stroke={one.color} strokeWidth="1.6" strokeDasharray={one.dash} strokeLinejoin="round" />
        ))}
        {time === undefined ? null : <line x1={scale.x(time)} x2={scale.x(time)} y1="0" y2={height} stroke="var(--ink-3)" />}
      </svg>
      <span className="pointer-events-none absolute top-1 left-0 bg-panel/80 pr-1 text-2xs text-ink-3">{format(top)}</span>
      {at === null || time === undefined ? null : (
        <div className="pointer-events-none absolute top-2 z-10 rounded-[6px] border border-line bg-panel px-2.5 py-1.5 text-xs whitespace-nowrap shadow-float" style={scale.x(time) > width / 2 ? { right: width - scale.x(time) + 8 } : { left: scale.x(time) + 8 }}>
          <div className="text-ink-3">{clock(time, true)}</div>
          {series.map((one) => {
            const value = one.values[at];
            return (
              <div key={one.id} className="flex items-center justify-between gap-4">
                <span className="flex items-center gap-1.5"><SeriesMark color={one.color} dash={one.dash} />{one.name}</span>
                <span>{value === null || value === undefined ? "—" : format(value)}</span>
              </div>
            );
          })}
        </div>
      )}
    </div>
  );
}

/** A piece of a series' line, for legends. */
export function SeriesMark({ color, dash }: { color: string; dash: string | undefined }) {
  return (
    <svg aria-hidden="true" width="18" height="8" className="shrink-0">
      <line x1="0" x2="18" y1="4" y2="4" stroke={color} strokeWidth="2" strokeDasharray={dash} />
    </svg>
  );
}

function nearest(atMs: readonly number[], timeMs: number): number | null {
  let best: number | null = null;
  for (const [index, time] of atMs.entries()) {
    if (best === null || Math.abs(time - timeMs) < Math.abs((atMs[best] ?? 0) - timeMs)) best = index;
  }
  return best;
}

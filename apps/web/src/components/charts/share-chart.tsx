"use client";

import { useRef } from "react";
import { clusterColor } from "../cluster-color.ts";
import { useWidth } from "../use-width.ts";
import { scaleOf, stackedPaths } from "./series-path.ts";

interface ShareChartProps {
  label: string;
  atMs: readonly number[];
  rows: readonly (readonly (number | null)[])[];
  colors: (number | null)[];
  markers: { atMs: number; label: string }[];
  fromMs: number;
  toMs: number;
  height: number;
}

/** Who answered, as parts of the whole over time; dotted where the policy changed. */
export function ShareChart({ label, atMs, rows, colors, markers, fromMs, toMs, height }: ShareChartProps) {
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame, 364);
  const scale = scaleOf(fromMs, toMs, 1, width, height);
  return (
    <div ref={frame} className="hatch w-full overflow-hidden rounded-[6px] [--hatch:var(--sunk)]" style={{ height }}>
      <svg role="img" aria-label={label} width={width} height={height} className="block">
        {stackedPaths(atMs, rows, scale).map((path, index) => (
          <g key={index}>
            <path d={path} fill="var(--panel)" />
            <path d={path} fill={clusterColor(colors[index] ?? null)} fillOpacity={index === 0 ? 0.26 : 0.85} />
          </g>
        ))}
        {markers.map((marker) => (
          <line key={`${marker.atMs} ${marker.label}`} x1={scale.x(marker.atMs)} x2={scale.x(marker.atMs)} y1="0" y2={height} stroke="var(--ink-2)" strokeWidth="1.2" strokeDasharray="2 3">
            <title>{marker.label}</title>
          </line>
        ))}
      </svg>
    </div>
  );
}

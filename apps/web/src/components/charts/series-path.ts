export interface Scale {
  x: (atMs: number) => number;
  y: (value: number) => number;
}

/** Linear scales over a time window and 0 to `top`, into a box of px. Points newer than the window (the clocks differ) stand at its edge. */
export function scaleOf(fromMs: number, toMs: number, top: number, width: number, height: number): Scale {
  const span = Math.max(1, toMs - fromMs);
  return { x: (atMs) => Math.min(1, (atMs - fromMs) / span) * width, y: (value) => height - (Math.min(value, top) / top) * height };
}

/** A line that breaks where nothing is known. */
export function linePath(atMs: readonly number[], values: readonly (number | null)[], scale: Scale): string {
  let path = "";
  let open = false;
  for (const [index, time] of atMs.entries()) {
    const value = values[index];
    if (value === null || value === undefined) {
      open = false;
      continue;
    }
    path += `${open ? "L" : "M"}${scale.x(time).toFixed(1)} ${scale.y(value).toFixed(1)}`;
    open = true;
  }
  return path;
}

/** Areas stacked as parts of the whole (0 to 1), one path each, with a gap where nothing was answered. */
export function stackedPaths(atMs: readonly number[], rows: readonly (readonly (number | null)[])[], scale: Scale): string[] {
  const runs = knownRuns(atMs, rows);
  return rows.map((_, target) =>
    runs
      .map((run) => {
        const edge = (upTo: number) => run.map((index) => `${scale.x(atMs[index] ?? 0).toFixed(1)} ${scale.y(shareUpTo(rows, index, upTo)).toFixed(1)}`);
        return `M${edge(target + 1).join("L")}L${edge(target).reverse().join("L")}Z`;
      })
      .join(""),
  );
}

function knownRuns(atMs: readonly number[], rows: readonly (readonly (number | null)[])[]): number[][] {
  const runs: number[][] = [];
  let run: number[] = [];
  for (const index of atMs.keys()) {
    const total = rows.reduce((sum, row) => sum + (row[index] ?? 0), 0);
    if (total > 0) run.push(index);
    else if (run.length > 0) {
      runs.push(run);
      run = [];
    }
  }
  if (run.length > 0) runs.push(run);
  return runs.filter((candidate) => candidate.length > 1);
}

function shareUpTo(rows: readonly (readonly (number | null)[])[], index: number, upTo: number): number {
  let below = 0;
  let total = 0;
  for (const [target, row] of rows.entries()) {
    const value = row[index] ?? 0;
    total += value;
    if (target < upTo) below += value;
  }
  return total === 0 ? 0 : below / total;
}

/** A round number at or above the largest value, so that the axis seldom changes. */
export function niceTop(values: readonly (number | null)[][], least: number): number {
  const largest = Math.max(least, ...values.flat().map((value) => value ?? 0));
  const power = 10 ** Math.floor(Math.log10(largest));
  return ([1, 2, 5, 10].find((step) => step * power >= largest) ?? 10) * power;
}

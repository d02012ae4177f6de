import { percentile } from "../bench/percentile.ts";

/** Cycles into the path and out of it in one cluster. */
export interface CyclesRow {
  cluster: string;
  cycles: number;
  requests: number;
  sentAway: number;
  lost: number;
  tunnels: number;
}

/** One kill; without `got` it was not as promised. */
export interface KillRow {
  kill: string;
  got?: { requests: number; lost: number; losses: Readonly<Record<string, number>>; secondsUntilWhole: number };
}

/** One of the scenarios of services of their own, `times` over; without `requests` it went wrong. */
export interface ScenarioRow {
  name: string;
  times: number;
  requests?: number;
}

export interface Rows {
  cycles: readonly CyclesRow[];
  kills: readonly KillRow[];
  scenarios: readonly ScenarioRow[];
}

const [begin, end] = ["<!-- begin: written by npm run soak -->", "<!-- end: written by npm run soak -->"];

/** `text` with `block` in place of what stands between the two marks. Throws where they are not there once each, in this order. */
export function withBlock(text: string, block: string): string {
  const [before, middle, ...more] = text.split(`${begin}\n`);
  const [old, after, ...others] = (middle ?? "").split(end);
  if (before === undefined || old === undefined || after === undefined || more.length > 0 || others.length > 0) throw new Error(`there has to be one line "${begin}", and after it one "${end}"`);
  return `${before}${begin}\n${block}\n${end}${after}`;
}

/** Markdown: a sentence that says when and where, and a table of each kind of rows that there are. */
export function block(origin: string, { cycles, kills, scenarios }: Rows): string {
  const tables = [
    table(["cycles", "in", "requests", "answered by the other cluster", "WebSockets that passed the proxies", "lost"], cycles.map((row) => [row.cycles, row.cluster, row.requests, row.sentAway, row.tunnels, row.lost].map(shown))),
    table(["killed", "times", "as promised", "requests", "lost each time", "as what", "seconds until whole"], [...Map.groupBy(kills, ({ kill }) => kill)].map(([kill, some]) => killCells(kill, some))),
    table(["services of their own", "times in each member", "requests"], scenarios.map(({ name, times, requests }) => [name, shown(times), requests === undefined ? "went wrong" : shown(requests)])),
  ];
  return [origin, ...tables.filter((text) => text !== "")].join("\n\n");
}

function killCells(kill: string, rows: readonly KillRow[]): string[] {
  const got = rows.flatMap((row) => row.got ?? []);
  const losses = new Map<string, number>();
  for (const [told, count] of got.flatMap((some) => Object.entries(some.losses))) losses.set(told, (losses.get(told) ?? 0) + count);
  const told = [...losses].toSorted(([, one], [, other]) => other - one).map(([answer, count]) => `${shown(count)} × ${answer.replace(/^error: /, "")}`);
  return [kill, shown(rows.length), shown(got.length), shown(got.reduce((sum, { requests }) => sum + requests, 0)), spread(got.map(({ lost }) => lost)), told.join(", "), spread(got.map(({ secondsUntilWhole }) => secondsUntilWhole))];
}

/** The median, and the range where there is one. */
function spread(samples: readonly number[]): string {
  if (samples.length === 0) return "";
  const [least, most] = [Math.min(...samples), Math.max(...samples)];
  return least === most ? shown(least) : `${shown(percentile(samples, 0.5))} (${shown(least)} to ${shown(most)})`;
}

const shown = (value: string | number): string => (typeof value === "number" ? value.toLocaleString("en-US") : value);

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "";
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`).join("\n");
}

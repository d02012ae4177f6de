import type { RowReading } from "../telemetry/row-reading.ts";
import type { ProxyCounts, SplitReading } from "../telemetry/split-reading.ts";
import type { ConvergenceView, SinceView } from "./service-view.ts";

export interface ConvergenceInput extends Pick<RowReading, "inForce" | "ramping"> {
  /** Of the source cluster, heard or not. */
  readonly proxies: number;
}

/** How far what is measured agrees with the effective split; null when no proxy applies the policy. */
export function convergence({ inForce, ramping, proxies }: ConvergenceInput): ConvergenceView | null {
  const [shown] = inForce;
  if (shown === undefined) return null;
  const newest = inForce.map((reading) => reading.newest).reduce((one, other) => (other.sinceMs > one.sinceMs ? other : one));
  return { state: stateOf(inForce, shown, ramping.size > 0, proxies), since: sinceView(shown.since), newest: sinceView(newest) };
}

function stateOf(inForce: readonly SplitReading[], shown: SplitReading, rising: boolean, proxies: number): ConvergenceView["state"] {
  if (inForce.reduce((sum, reading) => sum + reading.proxies.length, 0) < proxies) return "unacknowledged";
  if (inForce.length > 1) return "differing";
  if (rising) return "rising";
  return isExact(shown) ? "converged" : "settling";
}

/** Each proxy has sent every target its share to within one request, and every target above 0 has had one. */
function isExact({ targets, counts, proxies }: SplitReading): boolean {
  const weights = targets.reduce((sum, { weight }) => sum + weight, 0);
  if (weights === 0) return false;
  const shares = new Map(targets.map(({ clusterKey, weight }) => [clusterKey, weight / weights]));
  return proxies.every((proxy) => isWithinOne(proxy, shares)) && targets.every(({ clusterKey, weight }) => weight === 0 || (counts.get(clusterKey) ?? 0) > 0);
}

function isWithinOne({ counts }: ProxyCounts, shares: ReadonlyMap<string, number>): boolean {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return [...new Set([...counts.keys(), ...shares.keys()])].every((key) => Math.abs((counts.get(key) ?? 0) - total * (shares.get(key) ?? 0)) <= 1);
}

const sinceView = ({ sinceMs, cause }: SplitReading["since"]): SinceView => ({ atMs: sinceMs, cause });

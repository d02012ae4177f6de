import type { ServicePortTelemetry } from "@sluice/shared/telemetry/telemetry-frame";
import type { DropReason, Ramp } from "@sluice/shared/split/split";
import { wholePermille } from "@sluice/shared/split/share-arithmetic";
import type { RowSplit } from "../world/row-split.ts";
import type { ProxyReading } from "./telemetry-state.ts";
import { type SplitReading, splitReadings, type TellingProxy } from "./split-reading.ts";
import { servicePorts } from "./telemetry-state.ts";

/** What the heard proxies of a source cluster say about one service. */
export interface RowReading {
  /** Proxies that apply exactly the present policy on every port. */
  readonly acknowledged: readonly ProxyReading[];
  /** Newest time, by the proxies' clocks, at which one of those began to apply it; null when none does. */
  readonly appliedAtMs: number | null;
  /** Requests by target since then, added over those proxies, on the main port. */
  readonly counts: ReadonlyMap<string, number>;
  /** By what those proxies split now, on the main port; the one of most proxies first. */
  readonly inForce: readonly SplitReading[];
  /** Why targets are dropped, as every heard proxy that knows says. */
  readonly dropped: ReadonlyMap<string, DropReason>;
  /** Targets that rise to their share: how far the slowest heard proxy is. */
  readonly ramping: ReadonlyMap<string, Ramp>;
  /** Ready endpoints by target as the callers' proxies see them; absent: they do not say. */
  readonly readyEndpoints: ReadonlyMap<string, number>;
  readonly callers: number;
  readonly latest: [number, string, number][];
}

const latestMax = 40;

export function readRow(split: RowSplit, service: string, heard: readonly ProxyReading[]): RowReading {
  const acknowledged: ProxyReading[] = [];
  const counts = new Map<string, number>();
  const telling: TellingProxy[] = [];
  let appliedAtMs: number | null = null;
  let callers = 0;
  const mainPorts: ServicePortTelemetry[] = [];
  for (const reading of heard) {
    const ports = servicePorts(reading.frame, service);
    callers = Math.max(callers, ...ports.map((port) => port.callers));
    const main = ports.find((port) => port.port === split.main.port);
    if (main !== undefined) mainPorts.push(main);
    if (main === undefined || !ports.every((port) => applies(split, port))) continue;
    acknowledged.push(reading);
    appliedAtMs = Math.max(appliedAtMs ?? 0, ...ports.map((port) => port.policy?.appliedAtMs ?? 0));
    for (const target of main.targets) counts.set(target.clusterKey, (counts.get(target.clusterKey) ?? 0) + target.requestsSinceApplied);
    telling.push({ pod: reading.pod, port: main });
  }
  return { acknowledged, appliedAtMs, counts, inForce: splitReadings(telling), callers, latest: latestOf(mainPorts), ...healthOf(mainPorts) };
}

/** A port applies the policy when it has the same object, generation and split; without a policy it must have none. */
function applies(split: RowSplit, port: ServicePortTelemetry): boolean {
  if (split.policy === undefined) return port.policy === null;
  return (
    port.policy !== null &&
    port.policy.uid === split.policy.metadata.uid &&
    port.policy.generation === split.policy.metadata.generation &&
    port.policy.splitHash === split.splitHash
  );
}

/** A target counts as dropped when every proxy that speaks of it drops it. */
function healthOf(ports: readonly ServicePortTelemetry[]): Pick<RowReading, "dropped" | "ramping" | "readyEndpoints"> {
  const dropped = new Map<string, DropReason>();
  const ramping = new Map<string, Ramp>();
  const kept = new Set<string>();
  const readyEndpoints = new Map<string, number>();
  for (const port of ports) {
    for (const health of port.health) {
      if (health.dropped === undefined) kept.add(health.clusterKey);
      else dropped.set(health.clusterKey, health.dropped);
      if (health.ramping !== undefined && health.ramping.permille < (ramping.get(health.clusterKey)?.permille ?? wholePermille)) ramping.set(health.clusterKey, health.ramping);
      if (health.readyEndpoints !== null) {
        readyEndpoints.set(health.clusterKey, Math.max(health.readyEndpoints, readyEndpoints.get(health.clusterKey) ?? 0));
      }
    }
  }
  for (const key of kept) dropped.delete(key);
  return { dropped, ramping, readyEndpoints };
}

/** The latest answers of all proxies; their clocks are not compared, each gives its share of the list. */
function latestOf(ports: readonly ServicePortTelemetry[]): [number, string, number][] {
  const talking = ports.filter((port) => port.latest.length > 0);
  const [only] = talking;
  if (talking.length === 1 && only !== undefined) return only.latest.map(([sequence, key, status]) => [sequence, key, status]);
  const each = Math.floor(latestMax / Math.max(talking.length, 1));
  const merged: [number, string, number][] = [];
  for (let back = each; back >= 1; back--) {
    talking.forEach((port, proxy) => {
      const answer = port.latest.at(-back);
      // Sequence numbers stay distinct and stable: each proxy has its own residue class.
      if (answer !== undefined && port.latest.length >= back) merged.push([answer[0] * talking.length + proxy, answer[1], answer[2]]);
    });
  }
  return merged;
}

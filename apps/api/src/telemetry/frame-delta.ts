import type { ServicePortTelemetry, TelemetryFrame } from "@sluice/shared/telemetry/telemetry-frame";
import { addTally, emptyTally, tallyOf, tallySince, type Tally } from "./tally.ts";

/** By "namespace/name" of the service, by cluster key of the target. */
export type ServiceTallies = Map<string, Map<string, Tally>>;

/** A process that began this long ago, at most, has all its counts from the time that was watched. */
const youngMsMax = 10_000;

/**
 * What the callers' side of one proxy did between two frames of the same pod. A new incarnation began from zero, so
 * all that it counted is new; without an earlier frame only a process that has just begun is counted, since anything
 * else would put hours of requests into one second. `receivedAtMs` and `startedAtMs` may be of different clocks.
 */
export function frameDelta(before: TelemetryFrame | undefined, after: TelemetryFrame, receivedAtMs: number): ServiceTallies {
  const tallies: ServiceTallies = new Map();
  const restarted = before !== undefined && before.incarnation !== after.incarnation;
  if (before === undefined && receivedAtMs - after.startedAtMs > youngMsMax) return tallies;
  const known = new Map<string, Tally>();
  if (before !== undefined && !restarted) {
    for (const { port, target, tally } of targetsOf(before)) known.set(`${port.service} ${port.port} ${target}`, tally);
  }
  for (const { port, target, tally } of targetsOf(after)) {
    const earlier = known.get(`${port.service} ${port.port} ${target}`);
    const delta = earlier === undefined ? tally : tallySince(earlier, tally);
    const byTarget = tallies.get(port.service) ?? new Map<string, Tally>();
    tallies.set(port.service, byTarget);
    const sum = byTarget.get(target) ?? emptyTally();
    byTarget.set(target, sum);
    addTally(sum, delta);
  }
  return tallies;
}

function* targetsOf(frame: TelemetryFrame): Generator<{ port: ServicePortTelemetry; target: string; tally: Tally }> {
  for (const port of frame.ports) {
    if (port.role !== "service") continue;
    for (const target of port.targets) yield { port, target: target.clusterKey, tally: tallyOf(target) };
  }
}

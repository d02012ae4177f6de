import { isDeepStrictEqual } from "node:util";
import type { ServicePart, Snapshot } from "../snapshot.ts";
import type { SnapshotChange } from "./snapshot-change.ts";

/**
 * The next snapshot. A part that says the same as before keeps its object, so the data plane leaves its listeners,
 * pools and counters alone.
 */
export function applySnapshotChange(before: Snapshot | undefined, change: SnapshotChange): Snapshot {
  const services = new Map<string, ServicePart>(change.whole ? [] : before?.services);
  for (const key of change.removed) services.delete(key);
  for (const part of change.services) {
    const known = before?.services.get(part.key);
    services.set(part.key, known !== undefined && isDeepStrictEqual(known, part) ? known : part);
  }
  const known = before?.gateway ?? [];
  const gateway = change.gateway === undefined || isDeepStrictEqual(known, change.gateway) ? known : change.gateway;
  return { clusterKey: change.clusterKey, compiledAtMs: change.compiledAtMs, services, gateway };
}

import type { ServicePortTelemetry, SplitInForce } from "@sluice/shared/telemetry/telemetry-frame";

export interface TellingProxy {
  readonly pod: string;
  readonly port: ServicePortTelemetry;
}

/** The proxies that split alike at the moment: only their counts may be added, and be compared with that split. */
export interface SplitReading {
  readonly targets: SplitInForce["targets"];
  /** What the first of them began with: everything in `counts` came after it. */
  readonly since: Pick<SplitInForce, "sinceMs" | "cause">;
  /** What the last of them began with. */
  readonly newest: Pick<SplitInForce, "sinceMs" | "cause">;
  /** Requests by target since each of them began. */
  readonly counts: ReadonlyMap<string, number>;
  readonly proxies: readonly ProxyCounts[];
}

/** One proxy's counts without those that a session's key placed: what the quota bound holds for. */
export interface ProxyCounts {
  readonly pod: string;
  readonly counts: ReadonlyMap<string, number>;
}

/** Proxies by their effective split: that of most proxies first, of equally many the one that changed last. */
export function splitReadings(telling: readonly TellingProxy[]): SplitReading[] {
  const alike = new Map<string, { pod: string; port: ServicePortTelemetry; inForce: SplitInForce }[]>();
  for (const { pod, port } of telling) {
    const { inForce } = port;
    if (inForce === null) continue;
    const key = inForce.targets.map(({ clusterKey, weight }) => `${clusterKey}=${weight}`).join(" ");
    const group = alike.get(key);
    if (group === undefined) alike.set(key, [{ pod, port, inForce }]);
    else group.push({ pod, port, inForce });
  }
  const readings = [...alike.values()].flatMap((group): SplitReading[] => {
    const bySince = group.map(({ inForce }) => inForce).toSorted((one, other) => one.sinceMs - other.sinceMs);
    const [since, newest] = [bySince[0], bySince.at(-1)];
    if (since === undefined || newest === undefined) return [];
    const counts = new Map<string, number>();
    const proxies = group.map(({ pod, port }): ProxyCounts => {
      for (const target of port.targets) counts.set(target.clusterKey, (counts.get(target.clusterKey) ?? 0) + target.requestsSinceChange);
      return { pod, counts: new Map(port.targets.map((target) => [target.clusterKey, target.requestsSinceChange - target.sessionsSinceChange])) };
    });
    return [{ targets: since.targets, since, newest, counts, proxies }];
  });
  return readings.toSorted((one, other) => other.proxies.length - one.proxies.length || other.newest.sinceMs - one.newest.sinceMs);
}

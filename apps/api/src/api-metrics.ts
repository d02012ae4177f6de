import { collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

export interface ApiMetricsSources {
  members: () => { total: number; live: number };
  liveStreams: () => number;
  seriesRefused: () => number;
  isLeader: () => boolean;
  /** As the leader saw them last; undefined: this replica does not lead, or has not looked yet. */
  imports: () => { total: number; pending: number } | undefined;
}

/** Prometheus metrics of this process. */
export function createMetrics(sources: ApiMetricsSources) {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(value());
      },
    });
  gauge("sluice_api_members", "Clusters of the set.", () => sources.members().total);
  gauge("sluice_api_members_live", "Clusters whose caches are live.", () => sources.members().live);
  gauge("sluice_api_live_streams", "Open live streams.", sources.liveStreams);
  gauge("sluice_api_series_refused", "Service series refused because too many are kept.", sources.seriesRefused);
  gauge("sluice_api_leader", "1 while this replica leads.", () => (sources.isLeader() ? 1 : 0));
  gauge("sluice_api_imports", "Imports that the exports ask for, by the leader.", () => sources.imports()?.total ?? Number.NaN);
  gauge("sluice_api_imports_pending", "Imports that were not what the exports ask for when the leader last looked.", () => sources.imports()?.pending ?? Number.NaN);
  const acknowledgementSeconds = new Histogram({
    name: "sluice_api_acknowledgement_seconds",
    help: "From a policy change being seen to all ready proxies applying it.",
    buckets: [0.1, 0.25, 0.5, 1, 2, 5, 10, 30],
    registers: [registry],
  });
  return {
    observeAcknowledgement: (afterMs: number) => acknowledgementSeconds.observe(afterMs / 1_000),
    render: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}

import type { KubernetesClient } from "@sluice/kubernetes/client";
import type { Informer, InformerState } from "@sluice/kubernetes/informer";
import { kinds } from "@sluice/kubernetes/kinds";
import type { KubernetesObject, ResourceType } from "@sluice/kubernetes/resource";
import { startInformer } from "@sluice/kubernetes/start-informer";
import type { ConfigSource, SourceEvents, SourceState } from "./config-source.ts";
import type { WorldIndex, WorldObjects } from "./world-index.ts";

/** Watches the cluster's own API server. `namespace` is where Sluice itself lives. */
export function startKubernetesSource(client: KubernetesClient, namespace: string, index: WorldIndex, events: SourceEvents): ConfigSource {
  const informers: Informer<KubernetesObject>[] = [];
  const states = new Map<string, InformerState>();
  let whole = false;

  function watch<K extends keyof WorldObjects>(kind: K, type: ResourceType<WorldObjects[K]>, options: { namespace?: string } = {}): void {
    const informer = startInformer(client, type, {
      ...options,
      onChange: (key) => {
        const affected = index.update(kind, key, informer.get(key));
        if (whole && affected.length > 0) events.onChange(affected);
      },
      onState: (state) => {
        if (state.phase !== "live" && state.error !== undefined) events.onProblem(`${type.plural}: ${state.error.message}`);
        states.set(type.plural, state);
        events.onState(summary(states));
      },
    });
    states.set(type.plural, informer.state);
    informers.push(informer);
  }

  watch("service", kinds.services);
  watch("slice", kinds.endpointSlices);
  watch("policy", kinds.globalTrafficPolicies);
  watch("serviceImport", kinds.serviceImports);
  watch("serviceExport", kinds.serviceExports);
  watch("configMap", kinds.configMaps, { namespace });
  return {
    // A part of the world would look like services without pods, so nothing is compiled before every list is complete.
    synced: async () => {
      await Promise.all(informers.map((informer) => informer.synced())).catch(() => new Promise(() => undefined));
      whole = true;
    },
    stop: async () => {
      await Promise.all(informers.map((informer) => informer.stop()));
      await client.close();
    },
  };
}

/** As good as the worst of the informers. */
function summary(states: ReadonlyMap<string, InformerState>): SourceState {
  let worst: SourceState = { phase: "live" };
  for (const [plural, state] of states) {
    if (state.phase === "syncing") return { phase: "syncing", ...(state.error === undefined ? {} : { message: `${plural}: ${state.error.message}` }) };
    if (state.phase === "stale" && (worst.phase !== "stale" || state.sinceMs < worst.sinceMs)) {
      worst = { phase: "stale", sinceMs: state.sinceMs, message: `${plural}: ${state.error.message}` };
    }
  }
  return worst;
}

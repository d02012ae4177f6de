import type { ProxySnapshot, ProxySnapshotPort, ProxySnapshotService } from "@sluice/shared/telemetry/proxy-snapshot";
import type { ListeningState } from "../dataplane/listeners/service-ports.ts";
import type { TableEntry } from "../dataplane/routing/routing-table.ts";
import type { Dataplane } from "../dataplane/start-dataplane.ts";

/** What is in force in `dataplane`, as `GET /snapshot` says it: an acknowledgement of every policy. */
export function describeSnapshot(dataplane: Dataplane, identity: { readonly incarnation: string; readonly pod: string }): ProxySnapshot {
  const { snapshot, services } = dataplane.table;
  const listening = new Map(dataplane.listening().map((state) => [`${state.service}:${state.port}`, state]));
  const described = [...(snapshot?.services.values() ?? [])].map((service): ProxySnapshotService => {
    const entries = service.ports.flatMap(({ port }) => services.get(`${service.key}:${port}`) ?? []);
    // Without ports there is nothing to apply a policy to: it is in force since the snapshot is.
    const unapplied = service.policy === null ? null : { ...service.policy, appliedAtMs: snapshot?.compiledAtMs ?? 0 };
    const policy = entries[0] === undefined ? unapplied : entries[0].route.counters.policy;
    const ports = entries.map((entry) => describePort(entry, listening.get(`${service.key}:${entry.part.port}`)));
    return { service: service.key, uid: service.uid, policy, ports };
  });
  return { clusterKey: snapshot?.clusterKey ?? "", ...identity, services: described };
}

function describePort({ part, route }: TableEntry, state: ListeningState | undefined): ProxySnapshotPort {
  return {
    port: part.port,
    listenPort: part.listenPort,
    listening: state?.listening ?? false,
    openConnections: state?.openConnections ?? 0,
    busyConnections: state?.busyConnections ?? 0,
    passLocal: part.passLocal,
    requested: part.requested,
    effective: route.effective,
    local: route.local.group.destinations.length,
    remotes: part.remotes.map(({ clusterKey, host, ip, port, path }) => ({ clusterKey, host, ip, port, path })),
  };
}

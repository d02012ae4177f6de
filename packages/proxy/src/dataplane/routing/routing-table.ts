import type { GatewayRoute, LocalGroup, PortPart, RemoteGroup, ServicePart, Snapshot } from "../../snapshot.ts";
import { PortCounters } from "../../telemetry/port-counters.ts";
import { DestinationRegistry } from "../balance/destination-registry.ts";
import { EjectionState } from "../balance/ejection-state.ts";
import { EndpointGroup } from "../balance/endpoint-group.ts";
import type { GatewayProbes } from "../health/gateway-probes.ts";
import { LocalTarget, RemoteTarget } from "./cluster-target.ts";
import { GatewayExportRoute } from "./gateway-export-route.ts";
import { GatewayRouter } from "./gateway-router.ts";
import { ServiceRoute, type ServiceRouteDeps } from "./service-route.ts";

/** A service port in force. */
export interface TableEntry {
  readonly service: ServicePart;
  readonly part: PortPart;
  readonly route: ServiceRoute;
}

/** All routes in force; replaced part by part when a snapshot comes, keeping what must survive (counts, connections, health). */
export class RoutingTable {
  readonly gateway = new GatewayRouter();
  /** By "namespace/name:port". */
  services: ReadonlyMap<string, TableEntry> = new Map();
  /** Counters of exports, by "namespace/name:port". */
  readonly exportCounters = new Map<string, PortCounters>();
  snapshot: Snapshot | null = null;
  readonly #destinations = new DestinationRegistry();
  readonly #probes: GatewayProbes;
  readonly #deps: ServiceRouteDeps;
  #remoteEjections = new Map<string, EjectionState>();
  #exports: GatewayExportRoute[] = [];

  constructor(probes: GatewayProbes, deps: ServiceRouteDeps) {
    this.#probes = probes;
    this.#deps = deps;
  }

  /** Exports in force. */
  get exports(): readonly GatewayExportRoute[] {
    return this.#exports;
  }

  /** `begins`: what is in force until now was a stand-in (an earlier run's), so that nothing returns by this. */
  apply(snapshot: Snapshot, begins = false): void {
    if (begins) for (const { route } of this.services.values()) route.beginAnew();
    this.#destinations.beginChange();
    this.#probes.beginChange();
    const before = this.services;
    const ejections = this.#remoteEjections;
    this.#remoteEjections = new Map();
    const services = new Map<string, TableEntry>();
    for (const service of snapshot.services.values()) {
      for (const part of service.ports) {
        const key = `${service.key}:${part.port}`;
        const known = before.get(key);
        // Another object of the same name is another service: nothing is carried over to it.
        const route = known !== undefined && known.service.uid === service.uid ? known.route : new ServiceRoute(service.key, part.port, this.#deps);
        const remotes = new Map(part.remotes.map((remote) => [remote.clusterKey, this.#remote(key, remote, route, ejections)]));
        const local = this.#local(service.key, snapshot.clusterKey, part.local, part.loadBalancer, route.counters, known?.route.local);
        route.update(snapshot.clusterKey, service, part, local, remotes);
        services.set(key, { service, part, route });
      }
    }
    this.services = services;
    this.#applyGateway(snapshot);
    this.snapshot = snapshot;
    this.#destinations.endChange();
    this.#probes.endChange();
  }

  /** Lets go of every idle connection. */
  retire(): void {
    this.#destinations.beginChange();
    this.#destinations.endChange();
  }

  #applyGateway(snapshot: Snapshot): void {
    const before = new Map(this.#exports.map((route) => [routeKey(route.rule), route]));
    this.#exports = snapshot.gateway.map((rule) => {
      const known = before.get(routeKey(rule));
      const counters = this.#countersOf(rule);
      const route = known ?? new GatewayExportRoute(rule, counters, this.#deps.nowMs(), this.#deps.random);
      route.update(rule, this.#local(rule.service, snapshot.clusterKey, rule.local, rule.loadBalancer, counters, route.local ?? undefined));
      return route;
    });
    this.gateway.update(snapshot.clusterKey, this.#exports);
    const current = new Set(this.#exports.map(({ counters }) => counters));
    for (const [key, counters] of this.exportCounters) {
      if (!current.has(counters)) this.exportCounters.delete(key);
    }
  }

  #countersOf(rule: GatewayRoute): PortCounters {
    const key = `${rule.service}:${rule.port}`;
    let counters = this.exportCounters.get(key);
    if (counters === undefined) {
      counters = new PortCounters(rule.service, rule.port, "gateway");
      this.exportCounters.set(key, counters);
    }
    return counters;
  }

  #local(service: string, ownKey: string, group: LocalGroup, algorithm: PortPart["loadBalancer"], counters: PortCounters, before: LocalTarget | undefined): LocalTarget {
    const destinations = group.endpoints.map(({ ip, port }) => this.#destinations.endpoint(service, ip, port));
    const cursor = destinations.length === 0 ? 0 : (before?.group.cursor ?? -1) % destinations.length;
    return new LocalTarget(ownKey, counters.target(ownKey), new EndpointGroup(destinations, algorithm, cursor), this.#deps.nowMs);
  }

  #remote(key: string, remote: RemoteGroup, route: ServiceRoute, ejections: Map<string, EjectionState>): RemoteTarget {
    const { clusterKey, host, ip, port, path } = remote;
    const destination = this.#destinations.gateway(host, port, ip);
    const ejectionKey = `${key} ${clusterKey}`;
    const ejection = ejections.get(ejectionKey) ?? new EjectionState();
    this.#remoteEjections.set(ejectionKey, ejection);
    const group = new EndpointGroup([destination], "RoundRobinLoadBalancer", 0);
    const health = this.#probes.of(remote);
    return new RemoteTarget(clusterKey, route.counters.target(clusterKey), group, path, health, ejection, this.#deps.board, this.#deps.nowMs);
  }
}

function routeKey(rule: GatewayRoute): string {
  return `${rule.service}:${rule.port} ${rule.pathType} ${rule.path}`;
}

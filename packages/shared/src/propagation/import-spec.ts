import type { ClusterKey } from "../cluster/cluster-key.ts";
import { affinityOf, importTypeOf, isSticky, offeredPorts, type JudgedOffer } from "../export/detect-conflicts.ts";
import { internEndpoint } from "../import/intern-import.ts";
import type { ImportEndpoint, ImportPort, ServiceImportSpec } from "../import/service-import-schema.ts";

/** spec is undefined when no endpoint is left. */
export interface ImportSpecPlan {
  readonly spec: ServiceImportSpec | undefined;
  readonly staleKeys: readonly ClusterKey[];
}

/** `ip` is the last good answer of the resolver; empty when there was none. */
export interface Gateway {
  readonly host: string;
  readonly ip: string;
  readonly port: number;
}

/** What a member's offer comes to at one port, whoever imports it. */
interface OfferedPort {
  /** Who may import it; empty: all. */
  readonly targetClusters: readonly ClusterKey[];
  /** 0: of the oldest export. */
  readonly age: number;
  readonly id: string;
  readonly head: PortHead;
  readonly endpoint: ImportEndpoint;
}

type PortHead = Omit<ImportPort, "endpoints">;
type ImportHead = Omit<ServiceImportSpec, "ports">;

/** All that is offered of one service, the same for all who import it. Plain data: offers that are equal come to the same imports. */
export interface ServiceOffers {
  /** By the oldest export; undefined: there is none. */
  readonly head: ImportHead | undefined;
  /** In the order of their clusters' keys. */
  readonly ports: readonly OfferedPort[];
}

/** `offers` are oldest first. */
export function serviceOffers(offers: readonly JudgedOffer[], gatewayOf: (key: ClusterKey) => Gateway | undefined): ServiceOffers {
  const ports = offers.flatMap((offer, age) => {
    const gateway = gatewayOf(offer.clusterKey);
    return gateway === undefined ? [] : portsOf(offer, age, gateway);
  });
  const [oldest] = offers;
  return { head: oldest && headBy(oldest), ports: ports.toSorted((a, b) => byCluster(a.endpoint, b.endpoint)) };
}

/**
 * The import of one service in the member `recipient`: the union of the ports of all offers but its own, endpoints in
 * clusterKey order, and those endpoints of `present` of whose cluster there is no news (`isJudged` is false: it is stale,
 * or no member: a control plane restored to before it joined does not know it).
 */
export function importSpec(offers: ServiceOffers, recipient: ClusterKey, isJudged: (key: ClusterKey) => boolean, present: ServiceImportSpec | undefined): ImportSpecPlan {
  const ports = new Map<string, { age: number; head: PortHead; endpoints: ImportEndpoint[] }>();
  const add = (age: number, id: string, head: PortHead, endpoint: ImportEndpoint) => {
    const known = ports.get(id);
    if (known === undefined) {
      ports.set(id, { age, head, endpoints: [endpoint] });
      return;
    }
    known.endpoints.push(endpoint);
    if (age < known.age) Object.assign(known, { age, head });
  };
  for (const { targetClusters, age, id, head, endpoint } of offers.ports) {
    if (endpoint.clusterKey === recipient || (targetClusters.length > 0 && !targetClusters.includes(recipient))) continue;
    add(age, id, head, endpoint.target.ip === "" ? withLastGoodIp(endpoint, present) : endpoint);
  }
  const staleKeys = new Set<ClusterKey>();
  for (const { endpoints, ...head } of present?.ports ?? []) {
    for (const endpoint of endpoints) {
      if (isJudged(endpoint.clusterKey)) continue;
      staleKeys.add(endpoint.clusterKey);
      add(Number.POSITIVE_INFINITY, portId(head), head, endpoint);
    }
  }
  if (ports.size === 0) return { spec: undefined, staleKeys: [] };
  const sorted = [...ports.values()]
    .map(({ head, endpoints }): ImportPort => ({ ...head, endpoints: staleKeys.size === 0 ? endpoints : oneEach(endpoints) }))
    .toSorted((a, b) => a.port - b.port || (a.protocol < b.protocol ? -1 : 1));
  return { spec: { ...headOf(offers.head, present, staleKeys), ports: sorted }, staleKeys: [...staleKeys].toSorted() };
}

/**
 * Type, affinity, stickiness and account of the oldest export. While a cluster is stale it may have been the oldest, so what
 * stands in the present import stays.
 */
function headOf(head: ImportHead | undefined, present: ServiceImportSpec | undefined, staleKeys: ReadonlySet<ClusterKey>): ImportHead {
  if (present !== undefined && (head === undefined || staleKeys.size > 0)) {
    const { ports: _, ...standing } = present;
    return standing;
  }
  return head ?? { type: "ClusterSetIP", serviceAccountName: "*" };
}

function headBy(oldest: JudgedOffer): ImportHead {
  const affinity = affinityOf(oldest.service);
  return {
    type: importTypeOf(oldest.service),
    serviceAccountName: oldest.exported.spec.serviceAccountName,
    ...(affinity === "None" ? {} : { sessionAffinity: affinity }),
    ...(isSticky(oldest) ? { sessionSticky: true } : {}),
  };
}

/** One endpoint for each offered port: its first Prefix rule. An Exact rule serves curl, but no path below it. */
function portsOf(offer: JudgedOffer, age: number, { host, ip, port: gatewayPort }: Gateway): OfferedPort[] {
  const named = (offer.service.spec.ports ?? []).length > 1;
  return offeredPorts(offer).flatMap((port): OfferedPort[] => {
    const rule = offer.exported.spec.rules.find(({ portNumber, pathType }) => portNumber === port.port && pathType === "Prefix");
    if (rule === undefined || offer.conflictingPorts.has(port.port)) return [];
    const head: PortHead = {
      ...(named && port.name !== undefined ? { name: port.name } : {}),
      protocol: protocolOf(port.protocol),
      ...(port.appProtocol === undefined ? {} : { appProtocol: port.appProtocol }),
      port: port.port,
    };
    return [{ targetClusters: offer.exported.spec.targetClusters, age, id: portId(head), head, endpoint: internEndpoint({ clusterKey: offer.clusterKey, target: { host, ip, port: gatewayPort, path: rule.path } }) }];
  });
}

/** The resolver knows nothing now (it may have just started): the last good answer serves. */
function withLastGoodIp(endpoint: ImportEndpoint, present: ServiceImportSpec | undefined): ImportEndpoint {
  const { clusterKey, target } = endpoint;
  const before = (present?.ports ?? []).flatMap((port) => port.endpoints).find((known) => known.clusterKey === clusterKey && known.target.host === target.host);
  return before === undefined ? endpoint : internEndpoint({ clusterKey, target: { ...target, ip: before.target.ip } });
}

function portId({ port, protocol }: PortHead): string {
  return `${port}/${protocol}`;
}

/** In clusterKey order; somebody may have written a cluster twice. */
function oneEach(endpoints: readonly ImportEndpoint[]): ImportEndpoint[] {
  return [...new Map(endpoints.map((endpoint) => [endpoint.clusterKey, endpoint])).values()].toSorted(byCluster);
}

function byCluster(a: ImportEndpoint, b: ImportEndpoint): number {
  return a.clusterKey < b.clusterKey ? -1 : a.clusterKey > b.clusterKey ? 1 : 0;
}

function protocolOf(protocol: string | undefined): ImportPort["protocol"] {
  return protocol === "UDP" || protocol === "SCTP" ? protocol : "TCP";
}

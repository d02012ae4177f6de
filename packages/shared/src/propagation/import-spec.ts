import type { ClusterKey } from "../cluster/cluster-key.ts";
import { affinityOf, importTypeOf, isSticky, offeredPorts, type JudgedOffer } from "../export/detect-conflicts.ts";
import type { ImportEndpoint, ImportPort, ServiceImportSpec } from "../import/service-import-schema.ts";
import type { MemberView } from "./plan-imports.ts";

/** spec is undefined when no endpoint is left. */
export interface ImportSpecPlan {
  readonly spec: ServiceImportSpec | undefined;
  readonly staleKeys: readonly ClusterKey[];
}

/**
 * The import of one service in the member `recipient`: the union of the ports of all offers but its own, endpoints in
 * clusterKey order, and those endpoints of `present` whose cluster is stale or not known. `offers` are oldest first.
 */
export function importSpec(
  offers: readonly JudgedOffer[],
  recipient: ClusterKey,
  members: readonly MemberView[],
  present: ServiceImportSpec | undefined,
): ImportSpecPlan {
  const ports = new Map<string, ImportPort>();
  for (const offer of offers) {
    if (offer.clusterKey === recipient || !allows(offer, recipient)) continue;
    for (const [port, endpoint] of endpointsOf(offer, members, present)) addEndpoint(ports, port, endpoint);
  }
  const staleKeys = new Set<ClusterKey>();
  // Of a cluster that is no member there is no evidence either: a control plane restored to before it joined does not know it.
  const judged = new Set(members.filter(({ state }) => state !== "stale").map(({ key }) => key));
  for (const port of present?.ports ?? []) {
    for (const endpoint of port.endpoints) {
      if (judged.has(endpoint.clusterKey)) continue;
      staleKeys.add(endpoint.clusterKey);
      addEndpoint(ports, port, endpoint);
    }
  }
  if (ports.size === 0) return { spec: undefined, staleKeys: [] };
  const sorted = [...ports.values()].toSorted((a, b) => a.port - b.port || (a.protocol < b.protocol ? -1 : 1));
  return { spec: { ...headOf(offers, present, staleKeys), ports: sorted }, staleKeys: [...staleKeys].toSorted() };
}

/**
 * Type, affinity, stickiness and account of the oldest export. While a cluster is stale it may have been the oldest, so what
 * stands in the present import stays.
 */
function headOf(offers: readonly JudgedOffer[], present: ServiceImportSpec | undefined, staleKeys: ReadonlySet<ClusterKey>): Omit<ServiceImportSpec, "ports"> {
  const [oldest] = offers;
  if (present !== undefined && (oldest === undefined || staleKeys.size > 0)) {
    const { ports: _, ...head } = present;
    return head;
  }
  if (oldest === undefined) return { type: "ClusterSetIP", serviceAccountName: "*" };
  const affinity = affinityOf(oldest.service);
  return {
    type: importTypeOf(oldest.service),
    serviceAccountName: oldest.exported.spec.serviceAccountName,
    ...(affinity === "None" ? {} : { sessionAffinity: affinity }),
    ...(isSticky(oldest) ? { sessionSticky: true } : {}),
  };
}

/** One endpoint for each offered port: its first Prefix rule. An Exact rule serves curl, but no path below it. */
function endpointsOf(offer: JudgedOffer, members: readonly MemberView[], present: ServiceImportSpec | undefined): [ImportPort, ImportEndpoint][] {
  const gateway = members.find(({ key }) => key === offer.clusterKey)?.gateway;
  if (gateway === undefined) return [];
  const named = (offer.service.spec.ports ?? []).length > 1;
  const result: [ImportPort, ImportEndpoint][] = [];
  for (const port of offeredPorts(offer)) {
    const rule = offer.exported.spec.rules.find(({ portNumber, pathType }) => portNumber === port.port && pathType === "Prefix");
    if (rule === undefined || offer.conflictingPorts.has(port.port)) continue;
    const { host } = gateway;
    const ip = gateway.ip === "" ? lastGoodIp(present, offer.clusterKey, host) : gateway.ip;
    const importPort: ImportPort = {
      ...(named && port.name !== undefined ? { name: port.name } : {}),
      protocol: protocolOf(port.protocol),
      ...(port.appProtocol === undefined ? {} : { appProtocol: port.appProtocol }),
      port: port.port,
      endpoints: [],
    };
    result.push([importPort, { clusterKey: offer.clusterKey, target: { host, ip, port: gateway.port, path: rule.path } }]);
  }
  return result;
}

/** The resolver knows nothing now (it may have just started): the last good answer serves. */
function lastGoodIp(present: ServiceImportSpec | undefined, clusterKey: ClusterKey, host: string): string {
  const endpoints = (present?.ports ?? []).flatMap((port) => port.endpoints);
  return endpoints.find((endpoint) => endpoint.clusterKey === clusterKey && endpoint.target.host === host)?.target.ip ?? "";
}

function addEndpoint(ports: Map<string, ImportPort>, port: ImportPort, endpoint: ImportEndpoint): void {
  const id = `${port.port}/${port.protocol}`;
  const known = ports.get(id) ?? { ...port, endpoints: [] };
  const others = known.endpoints.filter(({ clusterKey }) => clusterKey !== endpoint.clusterKey);
  const endpoints = [...others, endpoint].toSorted((a, b) => (a.clusterKey < b.clusterKey ? -1 : 1));
  ports.set(id, { ...known, endpoints });
}

function allows({ exported }: JudgedOffer, recipient: ClusterKey): boolean {
  const { targetClusters } = exported.spec;
  return targetClusters.length === 0 || targetClusters.includes(recipient);
}

function protocolOf(protocol: string | undefined): ImportPort["protocol"] {
  return protocol === "UDP" || protocol === "SCTP" ? protocol : "TCP";
}

import { inlineSelectorKey } from "@sluice/shared/attachment/attachment-names";
import type { ImportPort } from "@sluice/shared/import/service-import-schema";
import { keepsSessions } from "@sluice/shared/import/keeps-sessions";
import { resolvePolicy } from "@sluice/shared/policy/resolve-policy";
import { serviceSplit } from "@sluice/shared/policy/service-split";
import type { Service, ServicePort } from "@sluice/kubernetes/kinds";
import type { PortPart, RemoteGroup, ServicePart } from "../snapshot.ts";
import { localGroup } from "./local-group.ts";
import type { World } from "./world.ts";

/**
 * The part of one service; undefined when proxies have nothing to do with it: no policy, no import, no export and no
 * listen port.
 */
export function compileService(world: World, key: string): ServicePart | undefined {
  const service = world.service(key);
  const uid = service?.metadata.uid;
  if (service === undefined || uid === undefined) return undefined;
  const listenPorts = new Map<number, number>();
  for (const record of world.portRecords.ports) {
    if (record.serviceUid === uid && record.state === "bound") listenPorts.set(record.port, record.listenPort);
  }
  const policy = world.policy(key);
  const serviceImport = world.serviceImport(key);
  const serviceExport = world.serviceExport(key);
  if (listenPorts.size === 0 && policy === undefined && serviceImport === undefined && serviceExport === undefined) return undefined;

  // Before the cluster has joined there is no key to be found in a policy: everything stays local.
  const spec = world.clusterKey === "" ? undefined : policy?.spec;
  const { hash } = serviceSplit({ spec, ownKey: world.clusterKey, serviceImport });
  const slices = world.localSlices(key);
  const exported = new Set(serviceExport?.spec.rules.map((rule) => rule.portNumber));
  const passLocal = isBeside(service);
  const sticky = keepsSessions(serviceImport, serviceExport?.spec);
  const ports = (service.spec.ports ?? [])
    .filter((port) => (port.protocol ?? "TCP") === "TCP")
    .map((port): PortPart => {
      const importPort = serviceImport?.ports.find((one) => one.port === port.port);
      const remotes = remoteGroups(importPort, world.clusterKey);
      return {
        port: port.port,
        listenPort: listenPorts.get(port.port) ?? null,
        protocol: protocolOf(port, exported.has(port.port) || remotes.length > 0),
        passLocal,
        requested: resolvePolicy({ spec, ownKey: world.clusterKey, importKeys: remotes.map((remote) => remote.clusterKey) }).requested,
        local: localGroup(slices, port),
        remotes,
        sticky,
        loadBalancer: serviceExport?.spec.loadBalancer ?? "RoundRobinLoadBalancer",
      };
    });
  const applied = policy?.metadata.uid === undefined ? null : { uid: policy.metadata.uid, generation: policy.metadata.generation ?? 0, splitHash: hash };
  return { key, uid, policy: applied, ports };
}

/**
 * While the selector lacks our key, the real pods still stand in the service's slices: what reaches a proxy then is
 * an accident of balancing, not a share. A Service without a selector has no such pods.
 */
function isBeside(service: Service): boolean {
  const { selector } = service.spec;
  return selector !== undefined && Object.keys(selector).length > 0 && !(inlineSelectorKey in selector);
}

/** appProtocol decides; without one, a port that is offered by a path can only be HTTP. */
function protocolOf(port: ServicePort, offeredByPath: boolean): PortPart["protocol"] {
  switch (port.appProtocol) {
    case undefined:
      return offeredByPath ? "http" : "tcp";
    case "http":
    case "kubernetes.io/ws":
      return "http";
    default:
      return "tcp";
  }
}

function remoteGroups(port: ImportPort | undefined, ownKey: string): RemoteGroup[] {
  const groups = new Map<string, RemoteGroup>();
  for (const { clusterKey, target } of port?.endpoints ?? []) {
    // Never to ourselves through a gateway; and the first of several paths to a cluster is as good as the others.
    if (clusterKey !== ownKey && !groups.has(clusterKey)) groups.set(clusterKey, { clusterKey, ...target });
  }
  return [...groups.values()];
}

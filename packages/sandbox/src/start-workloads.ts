import { randomBytes } from "node:crypto";
import { keyOf } from "@sluice/kubernetes/resource";
import type { Changed, ClusterNodeOptions } from "./cluster-node.ts";
import type { Caches, ControllerContext } from "./controllers/controller.ts";
import { podAddresses } from "./kubelet/pod-addresses.ts";
import { startKubelet } from "./kubelet/start-kubelet.ts";
import { createCertificateAuthority, issueServerCertificate } from "./pki/certificate-authority.ts";
import { startForwardProxy, type ProxyCaller } from "./services/forward-proxy.ts";
import { serviceKeyOf, startServiceNetwork, type ServiceNetwork } from "./services/service-network.ts";

/** Starts the node of a cluster and its service network: what runs pods and carries their traffic. Parts are to be stopped in order. */
export async function startWorkloads(
  options: ClusterNodeOptions,
  shared: Pick<ControllerContext, "client" | "events" | "caches">,
): Promise<{ parts: { stop(): Promise<void> }[]; changed: Changed }> {
  const { api, dir, kubeletToken, name, onError, programs, network: { environment, loopback, nodeIp }, subnet, version } = options;
  const { caches } = shared;
  const callers = new Map<string, ProxyCaller>();
  const network = startServiceNetwork({
    client: shared.client,
    services: caches.services,
    slices: caches.slices,
    events: shared.events,
    loopback,
    isPodAddress: (ip) => ip.startsWith(`127.${subnet.number}.`),
  });
  const proxy = await startForwardProxy({
    loopback,
    address: nodeIp,
    callerOf: (token) => callers.get(token),
    pick: ({ namespace, name: service }, port, client) => network.pick(`${namespace}/${service}`, port, client),
  });
  const authority = createCertificateAuthority("sandbox-kubelet");
  const kubelet = await startKubelet({
    clusterName: name,
    nodeName: `${name}-node`,
    version,
    client: shared.client,
    events: shared.events,
    programs,
    dir,
    nodeIp,
    apiServer: api().server,
    addresses: podAddresses(subnet.number),
    loopback,
    environment,
    proxyUrl(pod, ip) {
      const token = randomBytes(12).toString("hex");
      callers.set(token, { namespace: pod.metadata.namespace ?? "default", ip });
      return { url: `http://pod:${token}@${proxy.host}:${proxy.port}`, release: () => void callers.delete(token) };
    },
    accountKubeconfig(namespace, account) {
      try {
        return api().kubeconfigFor(api().tokenFor({ namespace, name: account }), namespace);
      } catch {
        return undefined;
      }
    },
    onError,
    pods: caches.pods,
    certificate: issueServerCertificate(authority, "sandbox-kubelet", [nodeIp]),
    token: kubeletToken,
  });
  return {
    parts: [kubelet, proxy, network],
    changed(cache, key) {
      if (cache === "pods") kubelet.changed(key);
      else if (cache === "services") network.changed(key);
      else if (cache === "slices") sliceChanged(caches, network, key);
    },
  };
}

/** A slice that is gone no longer tells its service, so then every service of its namespace is looked at. */
function sliceChanged(caches: Caches, network: Pick<ServiceNetwork, "changed">, key: string): void {
  const slice = caches.slices.get(key);
  const owner = slice === undefined ? undefined : serviceKeyOf(slice);
  if (owner !== undefined) return network.changed(owner);
  const namespace = key.split("/")[0];
  for (const service of caches.services.list()) if (service.metadata.namespace === namespace) network.changed(keyOf(service));
  return undefined;
}

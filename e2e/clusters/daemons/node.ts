import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import path from "node:path";
import { eventually } from "../../ground/eventually.ts";
import { kubernetesProgram } from "../build/programs.ts";
import { ensureProgram, firstProcess } from "../host/place.ts";
import { pauseReference } from "../images/stand-ins.ts";
import type { Cluster, ClusterSet, Node } from "../set/cluster-set.ts";
import { dnsAddress, podRange6OfClusters, podRangeOfClusters } from "../set/cluster-set.ts";
import type { SetState } from "../set/state.ts";
import { ensureKubeconfig, nodeUser, pkiFolder } from "./pki.ts";

/** Where Debian's containernetworking-plugins puts them. */
export const networkPlugins = "/usr/lib/cni";
/** In parts, since a name with a dot before and after its second word reads like a private host's. */
const optPlugin = ["io.containerd", "internal", "v1.opt"].join(".");
const containerdSocket = "/run/containerd/containerd.sock";

function writeFiles(folder: string, files: Record<string, string | object>): void {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    const text = typeof content === "string" ? content : JSON.stringify(content, undefined, 2);
    // kube-proxy ends itself when its file is written, even with the same content.
    if (existsSync(file) && readFileSync(file, "utf8") === text) continue;
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

function containerdConfig(node: Node): string {
  return `version = 2
root = "${node.folder}/containerd"
state = "/run/containerd"
disabled_plugins = ["io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs"]
[debug]
  level = "warn"
[grpc]
  address = "${containerdSocket}"
[plugins."${optPlugin}"]
  path = "${node.folder}/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseReference}"
  # Below our own score runc could not lower it, and would die with "can't get final child's PID".
  restrict_oom_score_adj = true
  disable_apparmor = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${networkPlugins}"
    conf_dir = "${node.folder}/net.d"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "${node.folder}/registries"
`;
}

const networkConfig = ({ dualStack }: Cluster, { podRange, podRange6 }: Node) => ({
  cniVersion: "0.4.0",
  name: "pods",
  plugins: [
    // Promiscuous mode is not needed: a pod that calls itself by its service comes back through its own port (hairpin).
    { type: "bridge", bridge: "pods", isGateway: true, hairpinMode: true, ipMasq: false, ipam: { type: "host-local", ranges: [podRange, ...(dualStack ? [podRange6] : [])].map((subnet) => [{ subnet }]), routes: ["0.0.0.0/0", ...(dualStack ? ["::/0"] : [])].map((dst) => ({ dst })) } },
    { type: "portmap", capabilities: { portMappings: true } },
  ],
});

const kubeletConfig = (cluster: Cluster, node: Node) => ({
  apiVersion: "kubelet.config.k8s.io/v1beta1",
  kind: "KubeletConfiguration",
  authentication: { anonymous: { enabled: false }, webhook: { enabled: true }, x509: { clientCAFile: path.join(pkiFolder(cluster), "ca.crt") } },
  authorization: { mode: "Webhook" },
  containerRuntimeEndpoint: `unix://${containerdSocket}`,
  clusterDNS: [dnsAddress],
  clusterDomain: "cluster.local",
  // The host's names are no concern of the pods.
  resolvConf: "/dev/null",
  cgroupDriver: "cgroupfs",
  cgroupsPerQOS: false,
  enforceNodeAllocatable: [],
  failCgroupV1: false,
  failSwapOn: false,
  localStorageCapacityIsolation: false,
  maxPods: 60,
  // A disk that is nearly full is the host's concern.
  imageGCHighThresholdPercent: 100,
  evictionHard: { "memory.available": "50Mi", "nodefs.available": "0%", "nodefs.inodesFree": "0%", "imagefs.available": "0%" },
  volumePluginDir: `${node.folder}/volume-plugins`,
  nodeStatusUpdateFrequency: "5s",
  // Image pulls and pods of a test start together.
  serializeImagePulls: false,
  registryPullQPS: 0,
});

const proxyConfig = (cluster: Cluster, node: Node, kubeconfig: string) => ({
  apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
  kind: "KubeProxyConfiguration",
  mode: cluster.proxyMode,
  clusterCIDR: cluster.dualStack ? `${podRangeOfClusters},${podRange6OfClusters}` : podRangeOfClusters,
  hostnameOverride: node.name,
  clientConnection: { kubeconfig },
  // Limits of the whole machine stay as they are.
  conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: "0s", tcpCloseWaitTimeout: "0s" },
});

/** Throws unless containerd takes connections. */
function askContainerd(state: SetState, node: Node): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // The node's /run is its own, and seen from here by its first process.
  const socket = connect(`/proc/${state.running(node.name, firstProcess)?.pid}/root${containerdSocket}`, resolve);
  socket.once("error", reject);
  return promise.finally(() => socket.destroy());
}

/** containerd, kubelet and kube-proxy of the node live. */
export async function ensureNode(state: SetState, set: ClusterSet, cluster: Cluster, node: Node): Promise<void> {
  const { folder } = node;
  const registry = `server = "http://${set.pullAddress}"\n[host."http://${set.pullAddress}"]\n  capabilities = ["pull", "resolve"]\n`;
  const proxyKubeconfig = ensureKubeconfig(cluster, "kube-proxy");
  writeFiles(folder, {
    "containerd.toml": containerdConfig(node),
    "net.d/10-pods.conflist": networkConfig(cluster, node),
    "registries/_default/hosts.toml": registry,
    "registries/docker.io/hosts.toml": registry,
    "kubelet.json": kubeletConfig(cluster, node),
    "kube-proxy.json": proxyConfig(cluster, node, proxyKubeconfig),
  });
  const kubernetes = (name: "kubelet" | "kube-proxy") => kubernetesProgram(cluster.minor, name).file;
  await ensureProgram(state, node, "containerd", ["containerd", "--config", `${folder}/containerd.toml`]);
  // The kubelet asks it once when it begins, and ends if there is no answer.
  await eventually(`containerd of ${node.name} to take connections (its log: ${folder}/log/containerd.log)`, () => askContainerd(state, node), 60_000);
  const kubeconfig = ensureKubeconfig(cluster, nodeUser(node));
  await ensureProgram(state, node, "kubelet", [kubernetes("kubelet"), `--config=${folder}/kubelet.json`, `--kubeconfig=${kubeconfig}`, `--hostname-override=${node.name}`, `--node-ip=${[node.address, ...(cluster.dualStack ? [node.address6] : [])].join(",")}`]);
  await ensureProgram(state, node, "kube-proxy", [kubernetes("kube-proxy"), `--config=${folder}/kube-proxy.json`]);
}

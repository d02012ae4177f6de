import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import path from "node:path";
import { eventually } from "../../ground/eventually.ts";
import { kubernetesProgram, otherProgram } from "../build/programs.ts";
import { ensureProgram } from "../host/place.ts";
import type { Cluster } from "../set/cluster-set.ts";
import { podRange6OfClusters, podRangeOfClusters, serviceRange, serviceRange6 } from "../set/cluster-set.ts";
import type { SetState } from "../set/state.ts";
import { ensureKubeconfig, pkiFolder } from "./pki.ts";

/** Who did what, in which outcome; never the contents. What the cluster's own parts do all the time stays out. */
const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - level: None
    users: ["system:apiserver", "system:kube-controller-manager", "system:kube-scheduler", "system:kube-proxy"]
  - level: None
    userGroups: ["system:nodes", "system:serviceaccounts:kube-system"]
  - level: None
    nonResourceURLs: ["/healthz*", "/livez*", "/readyz*"]
  - level: Metadata
`;

export function auditLog(cluster: Cluster): string {
  return path.join(cluster.folder, "audit/audit.log");
}

const flags = (values: Record<string, string>) => Object.entries(values).map(([name, value]) => `--${name}=${value}`);

/** As the flags of Kubernetes want it: IPv4 comes first. */
const ranges = ({ dualStack }: Cluster, range: string, range6: string) => (dualStack ? `${range},${range6}` : range);

/** etcd and the API server live, and the API server says that it is ready. */
export async function ensureApiServer(state: SetState, cluster: Cluster, signal: AbortSignal): Promise<void> {
  const { controlPlane } = cluster;
  const etcd = flags({
    "data-dir": path.join(cluster.folder, "etcd"),
    "listen-client-urls": "http://127.0.0.1:2379",
    "advertise-client-urls": "http://127.0.0.1:2379",
    "listen-peer-urls": "http://127.0.0.1:2380",
    "initial-advertise-peer-urls": "http://127.0.0.1:2380",
    "initial-cluster": "default=http://127.0.0.1:2380",
    "log-level": "warn",
  });
  // What is lost when the machine loses power is no test's concern.
  await ensureProgram(state, controlPlane, "etcd", [otherProgram("etcd").file, ...etcd, "--unsafe-no-fsync"]);
  mkdirSync(path.dirname(auditLog(cluster)), { recursive: true });
  const policy = path.join(cluster.folder, "audit-policy.yaml");
  writeFileSync(policy, auditPolicy);
  const pki = (name: string) => path.join(pkiFolder(cluster), name);
  const apiServer = flags({
    "etcd-servers": "http://127.0.0.1:2379",
    "bind-address": "0.0.0.0",
    "advertise-address": controlPlane.address,
    "secure-port": "6443",
    "service-cluster-ip-range": ranges(cluster, serviceRange, serviceRange6),
    "authorization-mode": "Node,RBAC",
    "enable-admission-plugins": "NodeRestriction",
    "allow-privileged": "true",
    "client-ca-file": pki("ca.crt"),
    "tls-cert-file": pki("apiserver.crt"),
    "tls-private-key-file": pki("apiserver.key"),
    "service-account-issuer": "https://kubernetes.default.svc.cluster.local",
    "service-account-key-file": pki("sa.pub"),
    "service-account-signing-key-file": pki("sa.key"),
    "kubelet-client-certificate": pki("apiserver-kubelet-client.crt"),
    "kubelet-client-key": pki("apiserver-kubelet-client.key"),
    // A node's name is in nobody's DNS.
    "kubelet-preferred-address-types": "InternalIP",
    "audit-policy-file": policy,
    "audit-log-path": auditLog(cluster),
    "audit-log-maxsize": "64",
    "audit-log-maxbackup": "2",
    profiling: "false",
  });
  await ensureProgram(state, controlPlane, "kube-apiserver", [kubernetesProgram(cluster.minor, "kube-apiserver").file, ...apiServer]);
  await eventually(`the API server of ${cluster.name} to be ready (its log: ${controlPlane.folder}/log/kube-apiserver.log)`, () => askReady(cluster), 120_000, signal);
}

/** Throws unless the API server says that it is ready. */
export function askReady(cluster: Cluster): Promise<void> {
  const file = (name: string) => readFileSync(path.join(pkiFolder(cluster), name));
  return new Promise((resolve, reject) => {
    const asked = request(`${cluster.server}/readyz`, { ca: file("ca.crt"), cert: file("admin.crt"), key: file("admin.key"), agent: false, timeout: 5000 }, (response) => {
      response.resume();
      if (response.statusCode === 200) resolve();
      else reject(new Error(`/readyz answered ${response.statusCode}`));
    });
    asked.once("timeout", () => asked.destroy(new Error("/readyz did not answer within 5 s")));
    asked.once("error", reject);
    asked.end();
  });
}

/** The controllers live, and the scheduler where there are nodes. */
export async function ensureControllers(state: SetState, cluster: Cluster): Promise<void> {
  const { controlPlane, minor } = cluster;
  const pki = (name: string) => path.join(pkiFolder(cluster), name);
  const manager = flags({
    kubeconfig: ensureKubeconfig(cluster, "kube-controller-manager"),
    "bind-address": "127.0.0.1",
    "cluster-cidr": ranges(cluster, podRangeOfClusters, podRange6OfClusters),
    "service-cluster-ip-range": ranges(cluster, serviceRange, serviceRange6),
    "root-ca-file": pki("ca.crt"),
    "service-account-private-key-file": pki("sa.key"),
    "cluster-signing-cert-file": pki("ca.crt"),
    "cluster-signing-key-file": pki("ca.key"),
    "use-service-account-credentials": "true",
    "leader-elect": "false",
  });
  await ensureProgram(state, controlPlane, "kube-controller-manager", [kubernetesProgram(minor, "kube-controller-manager").file, ...manager]);
  if (cluster.nodes.length === 0) return;
  const scheduler = flags({ kubeconfig: ensureKubeconfig(cluster, "kube-scheduler"), "bind-address": "127.0.0.1", "leader-elect": "false" });
  await ensureProgram(state, controlPlane, "kube-scheduler", [kubernetesProgram(minor, "kube-scheduler").file, ...scheduler]);
}

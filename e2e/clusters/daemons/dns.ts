import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { eventually } from "../../ground/eventually.ts";
import { kubernetesProgram, newestMinor } from "../build/programs.ts";
import { run } from "../host/run.ts";
import { dnsImage } from "../images/stand-ins.ts";
import type { Cluster } from "../set/cluster-set.ts";
import { dnsAddress } from "../set/cluster-set.ts";
import { kubeconfigOf } from "./pki.ts";

const manifest = `apiVersion: v1
kind: ServiceAccount
metadata: { name: coredns, namespace: kube-system }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: "system:coredns" }
rules:
  - { apiGroups: [""], resources: [services, pods, namespaces], verbs: [list, watch] }
  - { apiGroups: [discovery.k8s.io], resources: [endpointslices], verbs: [list, watch] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: "system:coredns" }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: "system:coredns" }
subjects: [{ kind: ServiceAccount, name: coredns, namespace: kube-system }]
---
apiVersion: v1
kind: ConfigMap
metadata: { name: coredns, namespace: kube-system }
data:
  Corefile: |
    .:53 {
      errors
      health {
        lameduck 2s
      }
      ready
      kubernetes cluster.local in-addr.arpa ip6.arpa
      cache 30
      loadbalance
    }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: coredns, namespace: kube-system, labels: { k8s-app: kube-dns } }
spec:
  replicas: 1
  selector: { matchLabels: { k8s-app: kube-dns } }
  template:
    metadata: { labels: { k8s-app: kube-dns } }
    spec:
      serviceAccountName: coredns
      priorityClassName: system-cluster-critical
      dnsPolicy: Default
      containers:
        - name: coredns
          image: ${dnsImage}
          args: [-conf, /etc/coredns/Corefile]
          ports:
            - { name: dns, containerPort: 53, protocol: UDP }
            - { name: dns-tcp, containerPort: 53, protocol: TCP }
          readinessProbe: { httpGet: { path: /ready, port: 8181 }, periodSeconds: 2 }
          livenessProbe: { httpGet: { path: /health, port: 8080 }, periodSeconds: 10, failureThreshold: 6 }
          volumeMounts: [{ name: config, mountPath: /etc/coredns, readOnly: true }]
      volumes: [{ name: config, configMap: { name: coredns } }]
---
apiVersion: v1
kind: Service
metadata: { name: kube-dns, namespace: kube-system, labels: { k8s-app: kube-dns } }
spec:
  clusterIP: ${dnsAddress}
  selector: { k8s-app: kube-dns }
  ports:
    - { name: dns, port: 53, protocol: UDP }
    - { name: dns-tcp, port: 53, protocol: TCP }
`;

/** Runs kubectl as the cluster's administrator. */
async function kubectl(cluster: Cluster, args: readonly string[], signal: AbortSignal, input = ""): Promise<string> {
  // A private home: kubectl keeps what it discovers there.
  const home = mkdtempSync(path.join(tmpdir(), "sluice-clusters-"));
  try {
    const kubeconfig = path.join(home, "kubeconfig");
    writeFileSync(kubeconfig, kubeconfigOf([cluster], "admin"), { mode: 0o600 });
    return await run(kubernetesProgram(newestMinor, "kubectl").file, [`--kubeconfig=${kubeconfig}`, `--cache-dir=${home}/cache`, ...args], { input, timeoutMs: 200_000, signal });
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** CoreDNS is asked for; its image is pulled when its first pod starts. */
export async function applyDns(cluster: Cluster, signal: AbortSignal): Promise<void> {
  await kubectl(cluster, ["apply", "--server-side", "--force-conflicts", "-f", "-"], signal, manifest);
}

/**
 * Returns when every kubelet has told since `sinceMs` (of the wall clock) that its node is ready, and names are resolved: what
 * a kubelet told before it was killed says nothing.
 */
export async function untilReady(cluster: Cluster, sinceMs: number, signal: AbortSignal): Promise<void> {
  for (const { name, folder } of cluster.nodes) {
    await eventually(`node ${name} to be ready (the log of its kubelet: ${folder}/log/kubelet.log)`, async () => {
      const [ready = "", toldAt = ""] = (await kubectl(cluster, ["get", "node", name, "-o", 'jsonpath={.status.conditions[?(@.type=="Ready")].status} {.status.conditions[?(@.type=="Ready")].lastHeartbeatTime}'], signal)).split(" ");
      // Kubernetes keeps whole seconds.
      if (ready !== "True" || Date.parse(toldAt) < sinceMs - 1_000) throw new Error(`Ready is ${ready}, as its kubelet told at ${toldAt}`);
    }, 180_000, signal);
  }
  await kubectl(cluster, ["rollout", "status", "deployment/coredns", "-n", "kube-system", "--timeout=180s"], signal);
}

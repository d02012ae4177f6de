import { arch, availableParallelism, platform, release, totalmem } from "node:os";
import type { Node } from "../workload-kinds.ts";

/** The Node that stands for this machine; `now` is RFC 3339. */
export function nodeObject(facts: { name: string; ip: string; kubeletPort: number; version: string; now: string }): Node {
  const { name, ip, kubeletPort, version, now } = facts;
  const architecture = arch() === "x64" ? "amd64" : arch();
  const operatingSystem = platform() === "win32" ? "windows" : platform();
  const capacity = { cpu: String(availableParallelism()), memory: `${Math.floor(totalmem() / 1024)}Ki`, pods: "250" };
  const condition = (type: string, status: string, reason: string, message: string): object => ({ type, status, reason, message, lastHeartbeatTime: now, lastTransitionTime: now });
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, labels: { "kubernetes.io/hostname": name, "kubernetes.io/os": operatingSystem, "kubernetes.io/arch": architecture } },
    spec: {},
    status: {
      capacity,
      allocatable: capacity,
      addresses: [
        { type: "InternalIP", address: ip },
        { type: "Hostname", address: name },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: kubeletPort } },
      conditions: [
        condition("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
        condition("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
        condition("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
        condition("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
      ],
      nodeInfo: {
        machineID: name,
        systemUUID: name,
        bootID: now,
        kernelVersion: release(),
        osImage: "Sluice sandbox (local processes)",
        containerRuntimeVersion: `process://${process.versions.node}`,
        kubeletVersion: version,
        kubeProxyVersion: version,
        operatingSystem,
        architecture,
      },
    },
  };
}

import type { Service } from "@sluice/kubernetes/kinds";

/** A listener that a service should have; `privileged`: one that the sandbox does not open. */
export type WantedListener =
  | { readonly kind: "cluster" | "outside"; readonly address: string; readonly port: number; readonly servicePort: number }
  | { readonly kind: "privileged"; readonly port: number };

const privilegedPortMax = 1023;

/** The listeners of a service: one at its cluster IP for each TCP port, and for type LoadBalancer one at 127.0.0.1. */
export function planListeners(service: Service): WantedListener[] {
  const { clusterIP, type, ports = [] } = service.spec;
  if (type === "ExternalName") return [];
  return ports
    .filter((port) => (port.protocol ?? "TCP") === "TCP")
    .flatMap<WantedListener>(({ port }) => {
      if (port <= privilegedPortMax) return [{ kind: "privileged", port }];
      const wanted: WantedListener[] = [];
      if (type === "LoadBalancer") wanted.push({ kind: "outside", address: "127.0.0.1", port, servicePort: port });
      if (clusterIP !== undefined && clusterIP !== "None" && clusterIP !== "") {
        wanted.push({ kind: "cluster", address: clusterIP, port, servicePort: port });
      }
      return wanted;
    });
}

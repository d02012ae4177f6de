import type { ApiObject } from "../api-object.ts";
import { listAt, recordAt, textAt } from "../json-value.ts";
import type { ColumnSpec } from "./column.ts";

function externalAddress(service: ApiObject): string {
  const fixed = listAt(service, "spec", "externalIPs").map(String);
  switch (textAt(service, "spec", "type")) {
    case "ExternalName":
      return textAt(service, "spec", "externalName");
    case "LoadBalancer": {
      const ingress = listAt(service, "status", "loadBalancer", "ingress").map((each) => textAt(each, "ip") || textAt(each, "hostname"));
      return [...ingress, ...fixed].join(",") || "<pending>";
    }
    default:
      return fixed.join(",") || "<none>";
  }
}

function ports(service: ApiObject): string {
  const shown = listAt(service, "spec", "ports").map((port) => {
    const { port: number, nodePort, protocol } = recordAt(port);
    const node = typeof nodePort === "number" && nodePort !== 0 ? `:${nodePort}` : "";
    return `${String(number as number)}${node}/${protocol as string}`;
  });
  return shown.join(",") || "<none>";
}

function selector(service: ApiObject): string {
  const terms = Object.entries(recordAt(service, "spec", "selector")).map(([key, value]) => `${key}=${value as string}`);
  return terms.toSorted().join(",") || "<none>";
}

export const serviceColumns: ColumnSpec[] = [
  "name",
  ["Type", (service) => textAt(service, "spec", "type")],
  ["Cluster-IP", (service) => textAt(service, "spec", "clusterIP") || "<none>"],
  ["External-IP", externalAddress],
  ["Port(s)", ports],
  "age",
  ["Selector", selector, { priority: 1 }],
];

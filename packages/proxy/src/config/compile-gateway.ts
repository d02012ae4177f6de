import type { ServiceExport } from "@sluice/shared/export/service-export-schema";
import { keepsSessions } from "@sluice/shared/import/keeps-sessions";
import type { GatewayRoute } from "../snapshot.ts";
import { localGroup } from "./local-group.ts";
import type { World } from "./world.ts";

/**
 * The gateway's routes: one for each rule of each export that is not known to be invalid, longest path first. Of
 * several rules with one path and type the oldest export has it, as in propagation.
 */
export function compileGateway(world: World): GatewayRoute[] {
  const exports = [...world.serviceKeys()]
    .map((key) => ({ key, serviceExport: world.serviceExport(key) }))
    .filter((one): one is { key: string; serviceExport: ServiceExport } => one.serviceExport !== undefined && !isInvalid(one.serviceExport))
    .toSorted((a, b) => compare(ageOf(a.serviceExport), ageOf(b.serviceExport)) || compare(a.key, b.key));
  const routes = new Map<string, GatewayRoute>();
  for (const { key, serviceExport } of exports) {
    const { spec } = serviceExport;
    const ports = world.service(key)?.spec.ports ?? [];
    const slices = world.localSlices(key);
    const sticky = keepsSessions(world.serviceImport(key), serviceExport.spec);
    for (const { path, pathType, portNumber } of spec.rules) {
      const id = `${pathType} ${path}`;
      if (routes.has(id)) continue;
      const port = ports.find((one) => one.port === portNumber);
      routes.set(id, {
        service: key,
        port: portNumber,
        path,
        pathType,
        pathRewrite: spec.pathRewrite ?? null,
        serviceAccountName: spec.serviceAccountName,
        sticky,
        loadBalancer: spec.loadBalancer,
        // A route without a port answers 503 and not 404: the path is known, its service is gone.
        local: port === undefined ? { endpoints: [] } : localGroup(slices, port),
      });
    }
  }
  return [...routes.values()].toSorted((a, b) => b.path.length - a.path.length || compare(a.path, b.path) || compare(a.pathType, b.pathType));
}

function isInvalid(serviceExport: ServiceExport): boolean {
  return serviceExport.status?.conditions?.some((condition) => condition.type === "Valid" && condition.status === "False") ?? false;
}

function ageOf(serviceExport: ServiceExport): string {
  return serviceExport.metadata.creationTimestamp ?? "9";
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

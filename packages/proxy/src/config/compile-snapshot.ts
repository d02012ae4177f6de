import { isDeepStrictEqual } from "node:util";
import type { GatewayRoute, ServicePart } from "../snapshot.ts";
import { compileGateway } from "./compile-gateway.ts";
import { compileService } from "./compile-service.ts";
import type { SnapshotChange } from "./snapshot-change.ts";
import type { Affected, World } from "./world.ts";

export interface SnapshotCompiler {
  /** What changed through the named services; undefined when nothing did. */
  compile(affected: Affected, nowMs: number): SnapshotChange | undefined;
  /** Everything, compiled anew. */
  compileAll(nowMs: number): SnapshotChange;
}

/** Compiles a world and remembers the result, so that each change is told once. Pure but for that memory. */
export function createSnapshotCompiler(world: World): SnapshotCompiler {
  const parts = new Map<string, ServicePart>();
  let gateway: readonly GatewayRoute[] = [];
  let clusterKey = "";

  function compile(affected: Affected, nowMs: number): SnapshotChange | undefined {
    // Also the services that are gone by now.
    const keys = affected === "all" ? new Set([...parts.keys(), ...world.serviceKeys()]) : affected;
    const services: ServicePart[] = [];
    const removed: string[] = [];
    for (const key of keys) {
      const part = compileService(world, key);
      if (part === undefined) {
        if (parts.delete(key)) removed.push(key);
      } else if (!isDeepStrictEqual(parts.get(key), part)) {
        parts.set(key, part);
        services.push(part);
      }
    }
    const routes = compileGateway(world);
    const newRoutes = !isDeepStrictEqual(routes, gateway);
    const newKey = world.clusterKey !== clusterKey;
    gateway = routes;
    clusterKey = world.clusterKey;
    if (services.length === 0 && removed.length === 0 && !newRoutes && !newKey) return undefined;
    return { clusterKey, compiledAtMs: nowMs, whole: false, services, removed, ...(newRoutes ? { gateway } : {}) };
  }

  return {
    compile,
    compileAll: (nowMs) => {
      parts.clear();
      compile("all", nowMs);
      return { clusterKey, compiledAtMs: nowMs, whole: true, services: [...parts.values()], removed: [], gateway };
    },
  };
}

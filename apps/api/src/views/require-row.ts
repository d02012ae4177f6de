import { SluiceError } from "../sluice-error.ts";
import type { MemberIndex } from "../world/world-index.ts";
import type { Look } from "./look.ts";
import { type Row, rowOf } from "./split-rows.ts";

/** Throws ServiceNotFound when no member has or imports the service. */
export function requireService(look: Look, service: string): void {
  const found = look.index.members.some(({ member }) => member.services.get(service) !== undefined || member.serviceImports.get(service) !== undefined);
  if (!found) throw new SluiceError("NOT_FOUND", "ServiceNotFound", `service: no cluster that can be read has "${service}"`, { field: "service", remedy: "check the namespace and the name" });
}

/** One row of the Split tab. Throws ServiceNotFound or ClusterNotFound. */
export function requireRow(look: Look, service: string, source: string): Row {
  requireService(look, service);
  return rowOf(look, requireCluster(look, source, "source"), service);
}

/** Throws ClusterNotFound, which names the input field. */
export function requireCluster(look: Look, key: string, field: string): MemberIndex {
  const index = look.index.byKey.get(key);
  if (index === undefined) throw new SluiceError("NOT_FOUND", "ClusterNotFound", `${field}: no cluster of the set has the key "${key}"`, { field, remedy: "choose one that clusters.list names" });
  return index;
}

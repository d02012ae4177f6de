import { SluiceError } from "../sluice-error.ts";
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
  const index = look.index.byKey.get(source);
  if (index === undefined) throw new SluiceError("NOT_FOUND", "ClusterNotFound", `source: no cluster of the set has the key "${source}"`, { field: "source", remedy: "choose one that clusters.list names" });
  return rowOf(look, index, service);
}

import type { ServiceExportSpec } from "../export/service-export-schema.ts";
import type { ServiceImportSpec } from "./service-import-schema.ts";

/**
 * Whether a cluster keeps the requests of one session together. The import carries what the oldest export of all
 * clusters says, this one's included; while nobody else exports the service, its own export decides.
 */
export function keepsSessions(serviceImport: ServiceImportSpec | undefined, serviceExport: ServiceExportSpec | undefined): boolean {
  return (serviceImport === undefined ? serviceExport?.sessionSticky : serviceImport.sessionSticky) ?? false;
}

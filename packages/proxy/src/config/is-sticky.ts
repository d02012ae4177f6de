import type { ServiceExport } from "@sluice/shared/export/service-export-schema";
import type { ServiceImportSpec } from "@sluice/shared/import/service-import-schema";

/**
 * Whether requests of one session stay together. The import carries what the oldest export of all clusters says, this
 * one's included; while nobody else exports the service, its own export decides.
 */
export function isSticky(serviceImport: ServiceImportSpec | undefined, serviceExport: ServiceExport | undefined): boolean {
  return (serviceImport === undefined ? serviceExport?.spec.sessionSticky : serviceImport.sessionSticky) ?? false;
}

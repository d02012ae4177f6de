import type { ServiceRowView } from "@sluice/api/views/cluster-view";

/** The service that the fleet's sentence is about: the first with traffic, else the first exported, else the first. */
export function mainService(services: ServiceRowView[]): ServiceRowView | null {
  const busy = services.find((row) => (row.requestsPerSecond.state === "known" || row.requestsPerSecond.state === "partial") && row.requestsPerSecond.value > 0);
  return busy ?? services.find((row) => row.exportedBy.length > 0) ?? services[0] ?? null;
}

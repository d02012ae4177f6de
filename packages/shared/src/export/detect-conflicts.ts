import type { ClusterKey } from "../cluster/cluster-key.ts";
import type { ServiceExport } from "./service-export-schema.ts";
import { compareExports, type ExportedService, type ExportedServicePort, type Verdict } from "./validate-export.ts";

/** One valid export of a service, with the Service that it offers, in one member. */
export interface Offer {
  readonly clusterKey: ClusterKey;
  readonly exported: ServiceExport;
  readonly service: ExportedService;
}

export interface Judgement {
  /** The `Conflict` condition: True means that there is one. */
  readonly conflict: Verdict;
  /** Ports whose definition differs from an older export's: they give no endpoint. */
  readonly conflictingPorts: ReadonlySet<number>;
}

export type JudgedOffer = Offer & Judgement;

/** Oldest first: that export's type, session affinity and stickiness hold for the whole set. */
function sortOffers<T extends Offer>(offers: readonly T[]): T[] {
  return offers.toSorted((a, b) => compareExports(a.exported, b.exported) || (a.clusterKey < b.clusterKey ? -1 : 1));
}

/**
 * Judges all valid exports of one service, oldest first (creationTimestamp, then key). A younger one that differs in
 * type, session affinity, stickiness or the definition of a port is in conflict, and told field, winner and value; its other
 * ports still count. A pure function of the present exports, so a conflict clears when it is solved.
 */
export function detectConflicts<T extends Offer>(offers: readonly T[]): (T & Judgement)[] {
  const judged: (T & Judgement)[] = [];
  const portOwners = new Map<number, { clusterKey: ClusterKey; port: ExportedServicePort }>();
  const sorted = sortOffers(offers);
  const [oldest] = sorted;
  for (const offer of sorted) {
    const faults: string[] = [];
    const conflictingPorts = new Set<number>();
    if (oldest !== undefined) faults.push(...serviceFaults(offer, oldest));
    for (const port of offeredPorts(offer)) {
      const owner = portOwners.get(port.port);
      if (owner === undefined) {
        portOwners.set(port.port, { clusterKey: offer.clusterKey, port });
        continue;
      }
      for (const field of ["protocol", "appProtocol"] as const) {
        const [mine, theirs] = [valueOf(port, field), valueOf(owner.port, field)];
        if (mine === theirs) continue;
        conflictingPorts.add(port.port);
        faults.push(`port ${port.port}: ${field} is ${mine}, but the older export of ${owner.clusterKey} says ${theirs}, which holds`);
      }
    }
    judged.push({ ...offer, conflict: verdictOf(faults), conflictingPorts });
  }
  return judged;
}

/** Ports of the Service that at least one rule of the export offers. */
export function offeredPorts({ exported, service }: Offer): ExportedServicePort[] {
  return (service.spec.ports ?? []).filter(({ port }) => exported.spec.rules.some((rule) => rule.portNumber === port));
}

export function importTypeOf(service: ExportedService): "ClusterSetIP" | "Headless" {
  return service.spec.clusterIP === "None" ? "Headless" : "ClusterSetIP";
}

export function affinityOf(service: ExportedService): "None" | "ClientIP" {
  return service.spec.sessionAffinity === "ClientIP" ? "ClientIP" : "None";
}

export function isSticky({ exported }: Offer): boolean {
  return exported.spec.sessionSticky;
}

function serviceFaults(offer: Offer, oldest: Offer): string[] {
  const faults: string[] = [];
  const fields = [
    ["type", (one: Offer) => importTypeOf(one.service)],
    ["sessionAffinity", (one: Offer) => affinityOf(one.service)],
    ["sessionSticky", (one: Offer) => String(isSticky(one))],
  ] as const;
  for (const [field, read] of fields) {
    const [mine, theirs] = [read(offer), read(oldest)];
    if (mine !== theirs) faults.push(`${field} is ${mine}, but the oldest export, of ${oldest.clusterKey}, says ${theirs}, which holds`);
  }
  return faults;
}

function valueOf(port: ExportedServicePort, field: "protocol" | "appProtocol"): string {
  return field === "protocol" ? (port.protocol ?? "TCP") : (port.appProtocol ?? "unset");
}

function verdictOf(faults: readonly string[]): Verdict {
  if (faults.length === 0) return { status: "False", reason: "NoConflict", message: "all exports of the service agree" };
  return { status: "True", reason: "Conflict", message: `${faults.join("; ")}. Make the Services and exports alike, or stop exporting one` };
}

import { inlineSelectorKey, shadowOfLabel } from "./attachment-names.ts";
import type { ObservedService } from "./observed.ts";

/** Keeps the slices of the real pods while the Service's own are empty. Headless, owner-referenced by the Service. */
export interface DesiredShadow {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly ownerUid: string;
  readonly ownerName: string;
  readonly selector: Readonly<Record<string, string>>;
  readonly ipFamilies: readonly string[];
  readonly ipFamilyPolicy: string | undefined;
  /** Ports of the original; the controller takes targetPort from it as well. */
  readonly ports: ObservedService["ports"];
}

/** The original selector is always the live one minus our key, so a user's change of it counts at once. */
export function originalSelector({ selector }: ObservedService): Record<string, string> {
  const { [inlineSelectorKey]: _ours, ...original } = selector;
  return original;
}

export function shadowService(service: ObservedService): DesiredShadow {
  return {
    name: shadowName(service.name),
    namespace: service.namespace,
    labels: { [shadowOfLabel]: service.name },
    ownerUid: service.uid,
    ownerName: service.name,
    selector: originalSelector(service),
    ipFamilies: service.ipFamilies,
    ipFamilyPolicy: service.ipFamilyPolicy,
    ports: service.ports,
  };
}

export function sameShadow(shadow: ObservedService | undefined, desired: DesiredShadow): boolean {
  if (shadow === undefined || shadow.deleting) return false;
  return text(shadow) === text(desired);
}

/** A name of a Service is a DNS label of at most 63 characters; a longer one ends in a hash (FNV-1a 32) instead. */
export function shadowName(name: string): string {
  const whole = `${name}-sluice-local`;
  if (whole.length <= 63) return whole;
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return `${name.slice(0, 41)}-${hash.toString(16).padStart(8, "0")}-sluice-local`;
}

function text({ selector, ports }: Pick<DesiredShadow, "selector" | "ports">): string {
  const labels = Object.entries(selector).map((pair) => pair.join("=")).toSorted();
  return JSON.stringify([labels, ports.map(({ name, port, protocol }) => [name, port, protocol])]);
}

import { inlineSelectorKey, managedByLabel, managedBySluice, memberName, shadowOfLabel, sliceManagedByLabel, sliceManager, systemNamespace } from "@sluice/shared/attachment/attachment-names";
import { clusterNameOf } from "@sluice/shared/cluster/cluster-key";
import type { LeaveObservation } from "../../world/observe-leave.ts";

/** More than these are not named one by one, and removed all at once. */
const namedMax = 10;

const imports = `kubectl delete serviceimports -A -l ${managedByLabel}=${managedBySluice}`;
const record = `kubectl delete configmap ${memberName} -n ${systemNamespace}`;
const madeServices = `kubectl delete services -A -l '${managedByLabel}=${managedBySluice}' && kubectl delete services -A -l ${shadowOfLabel}`;
const slices = `kubectl delete endpointslices -A -l ${sliceManagedByLabel}=${sliceManager}`;

/** What a leaving cluster that can't be reached keeps; and how it goes: without the record its attachment controller takes the proxies out. */
export function leftInItself(key: string, { attached, outOfReach }: LeaveObservation): { what: string; remedy: string } {
  return {
    what: `its imports${inBrackets(outOfReach.get(key) ?? [])}, its attached services${inBrackets(attached)} and its record`,
    remedy: `once it can be reached: ${imports} && ${record}`,
  };
}

/** What a cluster that can't be read keeps of one that leaves, and how it goes: endpoints of a cluster that is no member any more stay until then. */
export function leftIn(reader: string, { outOfReach }: LeaveObservation): string {
  const name = clusterNameOf(reader);
  const named = outOfReach.get(reader);
  const remains = `policies and imports of ${name}, which can't be reached`;
  if (named?.length === 0) return `${remains} (its imports do not name it)`;
  const [what, commands] = named === undefined || named.length > namedMax ? ["all imports there that name it", imports] : [`its imports ${named.join(", ")}`, named.map(deleteImport).join(" && ")];
  return `${remains}: ${what} stay as they are; once it can be reached: ${commands} (what others offer is written anew)`;
}

/** How what stands in the path of services is taken out where no attachment controller does it. */
export function takeOut(attached: readonly string[]): string {
  const selectors = attached.map((service) => {
    const [namespace = "", name = ""] = service.split("/");
    return `kubectl patch service ${name} -n ${namespace} --type merge -p '${JSON.stringify({ spec: { selector: { [inlineSelectorKey]: null } } })}'`;
  });
  return [...selectors, slices, madeServices].join(" && ");
}

function deleteImport(service: string): string {
  const [namespace = "", name = ""] = service.split("/");
  return `kubectl delete serviceimport ${name} -n ${namespace}`;
}

function inBrackets(names: readonly string[]): string {
  const more = names.length - namedMax;
  if (names.length === 0) return "";
  return more > 0 ? ` (${names.slice(0, namedMax).join(", ")} and ${more} more)` : ` (${names.join(", ")})`;
}

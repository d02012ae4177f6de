import { isIPv6 } from "node:net";
import type { networkInterfaces } from "node:os";

/**
 * Where a proxy that others reach at `address` listens: there, or on every address ("::") where the pod has one of the other
 * family too, since a dual-stack Service's slices name both.
 */
export function listenAddress(address: string, interfaces: ReturnType<typeof networkInterfaces>): string {
  const own = Object.values(interfaces).find((addresses) => addresses?.some((one) => one.address === address)) ?? [];
  const other = own.some(({ internal, address: one }) => !internal && isIPv6(one) !== isIPv6(address) && !one.startsWith("fe80:"));
  return other ? "::" : address;
}

import { recordAt, textAt, listAt } from "../json-value.ts";
import type { ObjectStore } from "../store/object-store.ts";
import type { StrategyContext } from "./resource-definition.ts";

const NODE_PORT_FIRST = 30_000;
const NODE_PORT_LAST = 32_767;

function toNumber(address: string): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

const toAddress = (number: number): string => [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join(".");

/** Allocates cluster IPs of the range and node ports; what is taken is read from the services themselves, so nothing can leak. */
export function clusterIpAllocator(store: ObjectStore, cidr: string): Pick<StrategyContext, "allocateClusterIp" | "allocateNodePort"> {
  const [base = "", bits = ""] = cidr.split("/");
  const size = 2 ** (32 - Number(bits));
  const first = toNumber(base);
  if (!/^\d+\.\d+\.\d+\.\d+\/\d+$/.test(cidr) || size < 4) throw new Error(`serviceCidr ${JSON.stringify(cidr)} is not an IPv4 range such as 127.5.0.0/17`);
  // The network's own address and the first one (the API's) are not given out.
  let next = 2;
  return {
    allocateClusterIp(wanted) {
      const taken = new Set(store.list("services").map((service) => textAt(service, "spec", "clusterIP")));
      if (wanted !== undefined) {
        const offset = toNumber(wanted) - first;
        return /^\d+\.\d+\.\d+\.\d+$/.test(wanted) && offset > 0 && offset < size - 1 && !taken.has(wanted) ? wanted : undefined;
      }
      for (let tries = 0; tries < size; tries++) {
        const address = toAddress(first + next);
        next = next + 1 >= size - 1 ? 2 : next + 1;
        // .0 and .255 of a /24 look like network and broadcast addresses to some clients.
        if (!taken.has(address) && !/\.(0|255)$/.test(address)) return address;
      }
      return undefined;
    },
    allocateNodePort(except) {
      const taken = new Set(store.list("services").flatMap((service) => listAt(service, "spec", "ports").map((port) => recordAt(port)["nodePort"])));
      for (let port = NODE_PORT_FIRST; port <= NODE_PORT_LAST; port++) if (!taken.has(port) && !except.has(port)) return port;
      return undefined;
    },
  };
}

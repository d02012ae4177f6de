import { rmSync } from "node:fs";
import type { Subnet } from "../claim-subnet.ts";
import { AddressBook } from "./address-book.ts";
import { bookEnvironment } from "./book-environment.ts";
import { ownAddresses, sharedAddress, type Loopback } from "./loopback.ts";

/** How one cluster's addresses work on this machine. */
export interface ClusterNetwork {
  readonly loopback: Loopback;
  /** Address of the node's own servers. */
  readonly nodeIp: string;
  /** What the processes of pods need to find the cluster's addresses. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The network of a cluster: its addresses as they are, or with `singleAddress` all of them behind 127.0.0.1, by a book in `folder`. */
export function clusterNetwork(options: { subnet: Subnet; singleAddress: boolean; folder: string }): ClusterNetwork {
  const { subnet, singleAddress, folder } = options;
  if (!singleAddress) return { loopback: ownAddresses, nodeIp: subnet.nodeIp, environment: {} };
  // What a sandbox left that died hard.
  rmSync(folder, { recursive: true, force: true });
  return { loopback: sharedAddress(new AddressBook(folder)), nodeIp: "127.0.0.1", environment: bookEnvironment(folder) };
}

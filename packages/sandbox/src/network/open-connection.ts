import type { Socket } from "node:net";
import { connect as connectSecurely } from "node:tls";
import type { Loopback } from "./loopback.ts";

/** A connection to an address of the cluster. With `tls`, any certificate is taken: kubelets and pods have their own here. */
export function openConnection(loopback: Loopback, target: { host: string; port: number; tls: boolean }): Socket {
  const { host, port, tls } = target;
  const socket = loopback.connect({ host, port });
  return tls ? connectSecurely({ socket, rejectUnauthorized: false }) : socket;
}

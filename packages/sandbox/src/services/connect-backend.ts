import type { Socket } from "node:net";
import type { Loopback } from "../network/loopback.ts";
import type { Backend } from "./choose-backends.ts";

const connectMsMax = 5_000;

/**
 * Opens a connection to the backend, from the address `from` (the calling pod's) where it is known and can be had.
 * Rejects with the system's error (ECONNREFUSED, ETIMEDOUT, …).
 */
export async function connectBackend(loopback: Loopback, backend: Backend, from?: string): Promise<Socket> {
  const source = loopback.sourceOf(from);
  const socket = loopback.connect({ host: backend.ip, port: backend.port, allowHalfOpen: true, ...(source === undefined ? {} : { localAddress: source }) });
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const timer = setTimeout(() => socket.destroy(new Error(`no answer from ${backend.ip}:${backend.port} within ${connectMsMax} ms`)), connectMsMax);
  socket.once("connect", () => resolve(socket));
  socket.once("error", reject);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    socket.off("error", reject);
  }
}

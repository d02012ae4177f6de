import { connect, type Socket } from "node:net";
import type { Backend } from "./choose-backends.ts";

const connectMsMax = 5_000;

/**
 * Opens a connection to the backend, from the address `from` (the calling pod's) where it is known and can be bound.
 * Rejects with the system's error (ECONNREFUSED, ETIMEDOUT, …).
 */
export async function connectBackend(backend: Backend, from?: string): Promise<Socket> {
  const socket = connect({ host: backend.ip, port: backend.port, allowHalfOpen: true, ...(from === undefined ? {} : { localAddress: from }) });
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

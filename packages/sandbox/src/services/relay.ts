import type { Socket } from "node:net";

/**
 * Joins two connections byte for byte: backpressure and half-close pass through, and a connection that breaks
 * resets the other, so that neither end takes a cut body for a whole one. Both must allow half-open use.
 */
export function relay(one: Socket, other: Socket): void {
  forward(one, other);
  forward(other, one);
}

function forward(from: Socket, to: Socket): void {
  from.setNoDelay(true);
  from.on("error", () => reset(to));
  from.on("close", () => {
    if (!from.readableEnded) reset(to);
  });
  from.pipe(to);
}

function reset(socket: Socket): void {
  if (!socket.destroyed) socket.resetAndDestroy();
}

import { expect, test } from "vitest";
import { TargetCounters } from "../../telemetry/target-counters.ts";
import type { ByteSocket, SocketEvents } from "../sockets/byte-socket.ts";
import { Tunnel } from "./tunnel.ts";

/** A socket that notes what is done to it. */
function noted(done: string[]): ByteSocket {
  const note = (what: string) => (): void => void done.push(what);
  return {
    events: {} as SocketEvents,
    remoteAddress: "",
    pendingBytes: 0,
    refused: false,
    write: (bytes) => done.push(`write ${bytes.toString()}`) > 0,
    writeText: () => true,
    pause: note("pause"),
    resume: note("resume"),
    end: note("end"),
    destroy: note("destroy"),
    reset: note("reset"),
  };
}

test.each(["taken", "cut"])("a tunnel is open until the last byte of either direction was %s", (how) => {
  const [toCaller, toEndpoint, closed]: string[][] = [[], [], []];
  const caller = noted(toCaller as string[]);
  const socket = noted(toEndpoint as string[]);
  const counters = new TargetCounters("r/z/g/own");
  const tunnel = new Tunnel(caller, null, { socket, early: Buffer.from("early"), counters, onClosed: () => closed?.push("endpoint") }, () => closed?.push("caller"));
  caller.events.onEnd();
  socket.events.onEnd();
  socket.events.onClose(null);
  // The caller has still to take what was written.
  expect([closed, counters.openTunnels]).toEqual([[], 1]);
  if (how === "taken") caller.events.onClose(null);
  else tunnel.abort();
  tunnel.abort();
  expect([closed, counters.openTunnels, counters.tunnels]).toEqual([["endpoint", "caller"], 0, 1]);
  expect(toCaller).toEqual(["resume", "write early", "end", ...(how === "cut" ? ["reset"] : [])]);
});

import { createHash } from "node:crypto";
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { opcode, readFrame, writeFrame } from "./web-socket-frames.ts";

/** Fixed by RFC 6455 1.3. */
const acceptSuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const code = { goingAway: 1001, protocolError: 1002 } as const;

/**
 * Upgrades whoever asks `server` for a WebSocket, and answers each text message with what `answer` says. Returns a function
 * that closes them all in an orderly way: what was read before is answered, what comes after is not.
 */
export function answerWebSockets(server: Server, answer: (text: string, request: IncomingMessage) => string): () => void {
  const open = new Set<Duplex>();
  server.on("upgrade", (request, socket, early) => {
    const key = request.headers["sec-websocket-key"];
    if (request.headers.upgrade?.toLowerCase() !== "websocket" || key === undefined) {
      socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    const accept = createHash("sha1").update(`${key}${acceptSuffix}`).digest("base64");
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
    open.add(socket);
    socket.once("close", () => open.delete(socket));
    serve(socket, early, (text) => answer(text, request));
  });
  return () => {
    for (const socket of open) close(socket, code.goingAway);
  };
}

function serve(socket: Duplex, early: Buffer, answer: (text: string) => string): void {
  let bytes: Buffer = early;
  const read = (): void => {
    for (let next = readFrame(bytes); next !== null && socket.writable; next = readFrame(bytes)) {
      bytes = bytes.subarray(next.length);
      const { opcode: kind, payload } = next.frame;
      if (kind === opcode.text) socket.write(writeFrame(opcode.text, Buffer.from(answer(payload.toString("utf8")))));
      else if (kind === opcode.ping) socket.write(writeFrame(opcode.pong, payload));
      else if (kind === opcode.close) socket.end(writeFrame(opcode.close, payload.subarray(0, 2)));
    }
  };
  const onData = (more: Buffer): void => {
    bytes = Buffer.concat([bytes, more]);
    try {
      read();
    } catch {
      close(socket, code.protocolError);
    }
  };
  socket.on("error", () => socket.destroy());
  socket.once("end", () => socket.end());
  socket.on("data", onData);
  onData(Buffer.alloc(0));
}

function close(socket: Duplex, reason: number): void {
  if (socket.writable) socket.end(writeFrame(opcode.close, Buffer.from([reason >> 8, reason & 0xff])));
}

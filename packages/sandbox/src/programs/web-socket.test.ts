import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { answerWebSockets } from "./answer-web-sockets.ts";
import { callWebSocket, type WebSocketCaller } from "./call-web-socket.ts";
import { opcode, readFrame, writeFrame } from "./web-socket-frames.ts";

let server: Server;
let endAll: () => void;
let url: string;
let caller: WebSocketCaller | undefined;
let counts: string[];
let asked: number;
const sockets = new Set<Socket>();

beforeEach(async () => {
  counts = [];
  asked = 0;
  server = createServer((_, response) => void response.writeHead(426).end());
  server.on("connection", (socket) => sockets.add(socket.once("close", () => sockets.delete(socket))));
  endAll = answerWebSockets(server, (text, { url: path }) => {
    asked += 1;
    return text === "drop" ? "x".repeat(70_000) : `${text} at ${path}`;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/chat`;
});
afterEach(async () => {
  caller?.close();
  caller = undefined;
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

async function until(condition: () => boolean): Promise<void> {
  for (let round = 0; !condition(); round += 1) {
    if (round > 2_000) throw new Error(`the condition did not come true; counted ${JSON.stringify(counts)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const call = (): WebSocketCaller => (caller = callWebSocket(url, (answer) => counts.push(answer)));

test("each message is answered, those from before there was a connection too", async () => {
  const calling = call();
  for (let each = 0; each < 3; each += 1) calling.send();
  await until(() => counts.length === 3);
  calling.send();
  await until(() => counts.length === 4);
  expect(new Set(counts)).toEqual(new Set(["hello at /chat"]));
  expect(sockets.size).toBe(1);
});

test("an orderly end loses nothing: what was not read is sent again", async () => {
  const calling = call();
  calling.send();
  await until(() => counts.length === 1);
  for (let round = 2; round < 10; round += 1) {
    endAll();
    calling.send();
    await until(() => counts.length === round);
  }
  expect(new Set(counts)).toEqual(new Set(["hello at /chat"]));
  expect(asked).toBe(9);
});

test("a connection that breaks loses what was not answered, or counts once, and another is made", async () => {
  const calling = call();
  calling.send();
  await until(() => counts.length === 1);
  for (const socket of sockets) socket.pause();
  for (let each = 0; each < 3; each += 1) calling.send();
  for (const socket of sockets) socket.resetAndDestroy();
  await until(() => counts.length === 4);
  calling.send();
  await until(() => counts.length === 5);
  for (const socket of sockets) socket.resetAndDestroy();
  await until(() => counts.length === 6);
  const broke = "error: the WebSocket broke (1006)";
  expect(counts).toEqual(["hello at /chat", broke, broke, broke, "hello at /chat", broke]);
});

test("a dial that fails is counted, and tried again", async () => {
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  call().send();
  await until(() => counts.length >= 2);
  expect(new Set(counts)).toEqual(new Set(["error: no WebSocket"]));
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  await until(() => counts.at(-1) === "hello at /chat");
});

/** What the server says to `bytes` after the handshake, until it ends. */
function said(...pieces: Buffer[]): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const { port } = server.address() as AddressInfo;
    const socket = connect({ host: "127.0.0.1", port });
    let answer = Buffer.alloc(0);
    socket.write("GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    for (const piece of pieces) socket.write(piece);
    socket.on("data", (bytes) => (answer = Buffer.concat([answer, bytes]))).once("error", reject);
    socket.once("end", () => resolve(answer.subarray(answer.indexOf("\r\n\r\n") + 4)));
  });
}

/** As a client sends it: masked. */
function masked(code: number, text: string, length = text.length): Buffer {
  const mask = [1, 2, 3, 4];
  const head = length <= 125 ? [0x80 | length] : [0x80 | 126, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([0x80 | code, ...head, ...mask]), Buffer.from(text).map((byte, at) => byte ^ (mask[at % 4] as number))]);
}

const closing = (code: number): Buffer => writeFrame(opcode.close, Buffer.from([code >> 8, code & 0xff]));

test("a ping is answered, a long message too, and a close is returned", async () => {
  const long = "l".repeat(300);
  const bytes = Buffer.concat([masked(opcode.ping, "p"), masked(opcode.text, long), masked(opcode.close, "\x03\xe8")]);
  const answered = Buffer.concat([writeFrame(opcode.pong, Buffer.from("p")), writeFrame(opcode.text, Buffer.from(`${long} at /`))]);
  expect((await said(bytes)).subarray(0, answered.length)).toEqual(answered);
  expect((await said(...[...bytes].map((byte) => Buffer.from([byte])))).subarray(0, answered.length)).toEqual(answered);
});

test.each([
  ["an unmasked frame", writeFrame(opcode.text, Buffer.from("x"))],
  ["a part of a message", Buffer.from([0x01, 0x81, 0, 0, 0, 0, 0x78])],
  ["a frame over 64 KiB", Buffer.from([0x81, 0xff, 0, 0, 0, 0, 0, 1, 0, 0])],
])("%s ends the connection as a breach of the protocol", async (_, bytes) => {
  expect(await said(bytes)).toEqual(closing(1002));
});

test("a frame is read only when it is whole, and what follows it stays", () => {
  const bytes = Buffer.concat([masked(opcode.text, "hello"), Buffer.from("rest")]);
  for (let length = 0; length < 11; length += 1) expect(readFrame(bytes.subarray(0, length))).toBeNull();
  expect(readFrame(bytes)).toEqual({ frame: { opcode: opcode.text, payload: Buffer.from("hello") }, length: 11 });
});

/** Operation codes of RFC 6455 5.2 that are spoken here. */
export const opcode = { text: 1, close: 8, ping: 9, pong: 10 } as const;

export interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
}

const shortLengthMax = 125;

/** What a server sends: one whole, unmasked frame (RFC 6455 5.1). @throws Error when it is longer than 64 KiB. */
export function writeFrame(code: number, payload: Buffer): Buffer {
  if (payload.length <= shortLengthMax) return Buffer.concat([Buffer.from([0x80 | code, payload.length]), payload]);
  if (payload.length > 0xffff) throw new Error(`a frame of ${payload.length} bytes is too long: 65535 are allowed`);
  return Buffer.concat([Buffer.from([0x80 | code, 126, payload.length >> 8, payload.length & 0xff]), payload]);
}

/**
 * The first frame of what a client has sent, and how many bytes it took; null while it is not whole.
 * @throws Error for what is not served: frames of several, or longer than 64 KiB, or without the mask that a client owes
 */
export function readFrame(bytes: Buffer): { frame: Frame; length: number } | null {
  if (bytes.length < 2) return null;
  const [first = 0, second = 0] = bytes;
  const short = second & 0x7f;
  if ((first & 0xf0) !== 0x80 || second < 0x80 || short === 127) throw new Error("only whole, masked messages of at most 64 KiB are served");
  const maskAt = short === 126 ? 4 : 2;
  if (bytes.length < maskAt + 4) return null;
  const payloadAt = maskAt + 4;
  const length = payloadAt + (short === 126 ? bytes.readUInt16BE(2) : short);
  if (bytes.length < length) return null;
  const payload = Buffer.from(bytes.subarray(payloadAt, length));
  for (let at = 0; at < payload.length; at += 1) payload[at] = (payload[at] ?? 0) ^ (bytes[maskAt + (at % 4)] ?? 0);
  return { frame: { opcode: first & 0x0f, payload }, length };
}

const TAG = { boolean: 0x01, integer: 0x02, bitString: 0x03, octetString: 0x04, oid: 0x06, utf8: 0x0c, sequence: 0x30, set: 0x31, generalizedTime: 0x18 } as const;

function tagged(tag: number, content: Uint8Array): Buffer {
  const length = content.length;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content]);
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Buffer.concat([Buffer.from([tag, 0x80 | bytes.length, ...bytes]), content]);
}

function encodeOid(dotted: string): Buffer {
  const parts = dotted.split(".").map(Number);
  const bytes = [(parts[0] ?? 0) * 40 + (parts[1] ?? 0)];
  for (const part of parts.slice(2)) {
    const group = [part & 0x7f];
    for (let rest = part >>> 7; rest > 0; rest >>>= 7) group.unshift((rest & 0x7f) | 0x80);
    bytes.push(...group);
  }
  return tagged(TAG.oid, Buffer.from(bytes));
}

/**
 * The few DER (X.690) encoders that a certificate needs. An X.509 library costs 100 ms and more to load, a third of
 * what a whole cluster may take to start.
 */
export const der = {
  sequence: (...parts: Uint8Array[]): Buffer => tagged(TAG.sequence, Buffer.concat(parts)),
  set: (...parts: Uint8Array[]): Buffer => tagged(TAG.set, Buffer.concat(parts)),
  oid: encodeOid,
  boolean: (value: boolean): Buffer => tagged(TAG.boolean, Buffer.from([value ? 0xff : 0])),
  /** A non-negative integer from its big-endian bytes. */
  integer: (bytes: Uint8Array): Buffer => tagged(TAG.integer, (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : Buffer.from(bytes)),
  utf8: (text: string): Buffer => tagged(TAG.utf8, Buffer.from(text, "utf8")),
  octetString: (content: Uint8Array): Buffer => tagged(TAG.octetString, content),
  bitString: (content: Uint8Array, unusedBits = 0): Buffer => tagged(TAG.bitString, Buffer.concat([Buffer.from([unusedBits]), content])),
  generalizedTime: (time: Date): Buffer => tagged(TAG.generalizedTime, Buffer.from(`${time.toISOString().replace(/[-:T]/g, "").slice(0, 14)}Z`, "ascii")),
  explicit: (number: number, content: Uint8Array): Buffer => tagged(0xa0 | number, content),
  implicit: (number: number, content: Uint8Array): Buffer => tagged(0x80 | number, content),
};

import { ApiFailure } from "../api-failure.ts";
import type { JsonRecord } from "../json-value.ts";
import { metaTime } from "../server-context.ts";
import { messageTypes } from "./message-types.ts";

const MAGIC = Buffer.from([0x6b, 0x38, 0x73, 0x00]);
const DEPTH_MAX = 16;

interface WireField {
  number: number;
  /** A number for varints, the bytes for everything with a length. */
  value: bigint | Buffer;
}

function unsupported(why: string): ApiFailure {
  return ApiFailure.unsupportedMediaType(`the protobuf body ${why}; accepted media types include: application/json, application/yaml`);
}

function* wireFields(bytes: Buffer): Generator<WireField> {
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) break;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw ApiFailure.badRequest("the protobuf body is cut short");
  };
  while (at < bytes.length) {
    const tag = varint();
    const number = Number(tag >> 3n);
    const wireType = Number(tag & 7n);
    if (wireType === 0) yield { number, value: varint() };
    else if (wireType === 2) {
      const length = Number(varint());
      if (at + length > bytes.length) throw ApiFailure.badRequest("the protobuf body is cut short");
      yield { number, value: bytes.subarray(at, at + length) };
      at += length;
    } else throw unsupported(`has a field ${number} of a wire type (${wireType}) that is not read here`);
  }
}

const textOf = (value: bigint | Buffer): string => (typeof value === "bigint" ? String(value) : value.toString("utf8"));
const bytesOf = (value: bigint | Buffer): Buffer => (typeof value === "bigint" ? Buffer.alloc(0) : value);
const intOf = (value: bigint | Buffer): number => (typeof value === "bigint" ? Number(BigInt.asIntN(64, value)) : 0);

function decodeTime(bytes: Buffer): string | null {
  for (const field of wireFields(bytes)) if (field.number === 1 && intOf(field.value) > 0) return metaTime(intOf(field.value) * 1000);
  return null;
}

function decodeIntOrString(bytes: Buffer): number | string {
  const values = new Map([...wireFields(bytes)].map((field) => [field.number, field.value]));
  return intOf(values.get(1) ?? 0n) === 1 ? textOf(values.get(3) ?? Buffer.alloc(0)) : intOf(values.get(2) ?? 0n);
}

function decodeValue(type: string, value: bigint | Buffer, depth: number): unknown {
  switch (type) {
    case "string":
      return textOf(value);
    case "int":
      return intOf(value);
    case "bool":
      return intOf(value) !== 0;
    case "bytes":
      return bytesOf(value).toString("base64");
    case "time":
      return decodeTime(bytesOf(value));
    case "ios":
      return decodeIntOrString(bytesOf(value));
    default:
      return decodeMessage(type, bytesOf(value), depth + 1);
  }
}

function fieldsOf(message: string): Map<number, { name: string; type: string }> {
  const line = messageTypes[message] ?? "";
  return new Map(
    line
      .split(" ")
      .filter((token) => token !== "")
      .map((token) => {
        const [number = "", name = "", type = "string"] = token.split(":");
        return [Number(number), { name, type }];
      }),
  );
}

/** Empty strings, zeros and nulls are what protobuf sends for fields that nobody set: JSON leaves them out. */
const isUnset = (value: unknown): boolean => value === "" || value === null || value === undefined;

function decodeMessage(message: string, bytes: Buffer, depth: number): JsonRecord {
  if (depth > DEPTH_MAX) throw ApiFailure.badRequest("the protobuf body is nested too deeply");
  const fields = fieldsOf(message);
  const result: JsonRecord = {};
  for (const { number, value } of wireFields(bytes)) {
    const field = fields.get(number);
    if (field === undefined) {
      if (typeof value === "bigint" ? value === 0n : value.length === 0) continue;
      throw unsupported(`sets a field (${number} of ${message}) that is not read here`);
    }
    const { name, type } = field;
    if (type.startsWith("[")) {
      const list = (result[name] ??= []) as unknown[];
      list.push(decodeValue(type.slice(1, -1), value, depth));
    } else if (type.startsWith("{")) {
      const entry = new Map([...wireFields(bytesOf(value))].map((each) => [each.number, each.value]));
      const map = (result[name] ??= {}) as JsonRecord;
      map[textOf(entry.get(1) ?? Buffer.alloc(0))] = decodeValue(type.slice(1, -1) || "string", entry.get(2) ?? Buffer.alloc(0), depth);
    } else {
      const decoded = decodeValue(type, value, depth);
      const zero = decoded === 0 && name !== "replicas" && type === "int";
      if (!isUnset(decoded) && !zero) result[name] = decoded;
    }
  }
  return result;
}

/**
 * Decodes `application/vnd.kubernetes.protobuf` (runtime.Unknown behind a magic number). kubectl sends it for the
 * built-in kinds that it creates itself; throws 415 for kinds and fields that the table does not have.
 */
export function decodeProtobufObject(body: Buffer): JsonRecord {
  if (!body.subarray(0, 4).equals(MAGIC)) throw ApiFailure.badRequest("the protobuf body does not begin with the Kubernetes prefix");
  const outer = new Map([...wireFields(body.subarray(4))].map((field) => [field.number, field.value]));
  const meta = new Map([...wireFields(bytesOf(outer.get(1) ?? Buffer.alloc(0)))].map((field) => [field.number, textOf(field.value)]));
  const kind = meta.get(2) ?? "";
  const apiVersion = meta.get(1) ?? "";
  if (messageTypes[kind] === undefined || kind === "") throw unsupported(`is a ${apiVersion} ${kind}, which is read as JSON only`);
  return { apiVersion, kind, ...decodeMessage(kind, bytesOf(outer.get(2) ?? Buffer.alloc(0)), 0) };
}

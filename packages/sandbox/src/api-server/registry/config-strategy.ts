import type { StatusCause } from "../api-failure.ts";
import type { ApiObject } from "../api-object.ts";
import { isRecord, jsonEqual, recordAt, textAt } from "../json-value.ts";
import { fieldCause } from "./field-cause.ts";
import type { Strategy } from "./resource-definition.ts";

const KEY = /^[-._a-zA-Z0-9]+$/;
const BYTES_MAX = 1024 * 1024;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function validateData(object: ApiObject, old: ApiObject | undefined, fields: readonly string[]): StatusCause[] {
  const causes: StatusCause[] = [];
  let size = 0;
  for (const field of fields) {
    for (const [key, value] of Object.entries(recordAt(object, field))) {
      if (!KEY.test(key) || key.length > 253) {
        causes.push(fieldCause.invalid(`${field}[${key}]`, key, "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"));
      }
      if (typeof value === "string") size += Buffer.byteLength(value);
    }
  }
  if (size > BYTES_MAX) causes.push(fieldCause.tooLong("", BYTES_MAX));
  if (recordAt(old)["immutable"] === true) {
    if (object["immutable"] !== true) causes.push(fieldCause.forbidden("immutable", "field is immutable when `immutable` is set"));
    for (const field of fields) if (!jsonEqual(recordAt(old, field), recordAt(object, field))) causes.push(fieldCause.forbidden(field, "field is immutable when `immutable` is set"));
  }
  return causes;
}

export const configMapStrategy: Strategy = {
  validate: (object, old) => validateData(object, old, ["data", "binaryData"]),
};

export const secretStrategy: Strategy = {
  prepare(secret) {
    secret["type"] ??= "Opaque";
    if (!isRecord(secret["stringData"])) return;
    const data: Record<string, unknown> = { ...recordAt(secret, "data") };
    for (const [key, value] of Object.entries(secret["stringData"])) data[key] = Buffer.from(typeof value === "string" ? value : "").toString("base64");
    secret["data"] = data;
    delete secret["stringData"];
  },
  validate(secret, old) {
    const causes = validateData(secret, old, ["data"]);
    for (const [key, value] of Object.entries(recordAt(secret, "data"))) {
      if (typeof value !== "string" || !BASE64.test(value)) causes.push(fieldCause.invalid(`data[${key}]`, value, "illegal base64 data"));
    }
    if (old !== undefined && textAt(old, "type") !== textAt(secret, "type")) causes.push(fieldCause.invalid("type", secret["type"], "field is immutable"));
    return causes;
  },
};

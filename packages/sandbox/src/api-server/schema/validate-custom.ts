import type { StatusCause } from "../api-failure.ts";
import { isRecord, jsonEqual, listAt, recordAt, textAt, type JsonRecord } from "../json-value.ts";
import { fieldCause } from "../registry/field-cause.ts";
import { requiredFields } from "./default-custom.ts";
import { validateRules } from "./validate-rules.ts";

const patterns = new Map<string, RegExp>();
const PATTERNS_MAX = 1000;

function patternOf(text: string): RegExp {
  let pattern = patterns.get(text);
  if (pattern === undefined) {
    if (patterns.size >= PATTERNS_MAX) patterns.clear();
    patterns.set(text, (pattern = new RegExp(text, "u")));
  }
  return pattern;
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return isRecord(value) ? "object" : typeof value;
}

const join = (path: string, key: string): string => (path === "" ? key : `${path}.${key}`);

function checkType(value: unknown, schema: JsonRecord, path: string): StatusCause | undefined {
  const actual = typeOf(value);
  if (schema["x-kubernetes-int-or-string"] === true) {
    return actual === "integer" || actual === "string" ? undefined : fieldCause.typeInvalid(path, actual, `${path} in body must be of type integer,string: ${JSON.stringify(actual)}`);
  }
  const wanted = textAt(schema, "type");
  if (wanted === "" || wanted === actual || (wanted === "number" && actual === "integer") || (actual === "null" && schema["nullable"] === true)) return undefined;
  return fieldCause.typeInvalid(path, actual, `${path} in body must be of type ${wanted}: ${JSON.stringify(actual)}`);
}

function checkNumber(value: number, schema: JsonRecord, path: string): StatusCause[] {
  const causes: StatusCause[] = [];
  const { minimum, maximum, multipleOf } = schema;
  if (typeof minimum === "number" && (schema["exclusiveMinimum"] === true ? value <= minimum : value < minimum)) {
    causes.push(fieldCause.invalid(path, value, `${path} in body should be greater than ${schema["exclusiveMinimum"] === true ? "" : "or equal to "}${minimum}`));
  }
  if (typeof maximum === "number" && (schema["exclusiveMaximum"] === true ? value >= maximum : value > maximum)) {
    causes.push(fieldCause.invalid(path, value, `${path} in body should be less than ${schema["exclusiveMaximum"] === true ? "" : "or equal to "}${maximum}`));
  }
  if (typeof multipleOf === "number" && value % multipleOf !== 0) causes.push(fieldCause.invalid(path, value, `${path} in body should be a multiple of ${multipleOf}`));
  return causes;
}

const FORMATS: Record<string, (text: string) => boolean> = {
  "date-time": (text) => /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[-+]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text)),
  date: (text) => /^\d{4}-\d\d-\d\d$/.test(text),
  uuid: (text) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i.test(text),
  ipv4: (text) => /^(\d{1,3})(\.\d{1,3}){3}$/.test(text) && text.split(".").every((part) => Number(part) < 256),
  byte: (text) => /^[A-Za-z0-9+/]*={0,2}$/.test(text),
};

function checkString(value: string, schema: JsonRecord, path: string): StatusCause[] {
  const causes: StatusCause[] = [];
  const length = Array.from(value).length;
  const { minLength, maxLength } = schema;
  if (typeof maxLength === "number" && length > maxLength) causes.push(fieldCause.tooLong(path, maxLength));
  if (typeof minLength === "number" && length < minLength) causes.push(fieldCause.invalid(path, value, `${path} in body should be at least ${minLength} chars long`));
  const pattern = textAt(schema, "pattern");
  if (pattern !== "" && !patternOf(pattern).test(value)) causes.push(fieldCause.invalid(path, value, `${path} in body should match '${pattern}'`));
  const format = textAt(schema, "format");
  if (FORMATS[format]?.(value) === false) causes.push(fieldCause.invalid(path, value, `${path} in body must be of type ${format}: ${JSON.stringify(value)}`));
  return causes;
}

function checkList(value: unknown[], schema: JsonRecord, path: string): StatusCause[] {
  const causes: StatusCause[] = [];
  const { minItems, maxItems } = schema;
  if (typeof maxItems === "number" && value.length > maxItems) causes.push(fieldCause.tooMany(path, value.length, maxItems));
  if (typeof minItems === "number" && value.length < minItems) causes.push(fieldCause.invalid(path, value.length, `${path} in body should have at least ${minItems} items`));
  for (const [index, item] of value.entries()) causes.push(...check(item, schema["items"], `${path}[${index}]`));
  const listType = textAt(schema, "x-kubernetes-list-type");
  const keys = listAt(schema, "x-kubernetes-list-map-keys").filter((key) => typeof key === "string");
  const identity = (item: unknown): unknown => (listType === "map" ? Object.fromEntries(keys.map((key) => [key, recordAt(item)[key]]).filter(([, part]) => part !== undefined)) : item);
  if (listType === "map" || listType === "set") {
    const seen: unknown[] = [];
    for (const [index, item] of value.entries()) {
      const id = identity(item);
      if (seen.some((other) => jsonEqual(other, id))) causes.push(fieldCause.duplicate(`${path}[${index}]`, id));
      else seen.push(id);
    }
  }
  return causes;
}

function checkObject(value: JsonRecord, schema: JsonRecord, path: string): StatusCause[] {
  const causes: StatusCause[] = [];
  const properties = recordAt(schema, "properties");
  const additional = schema["additionalProperties"];
  const count = Object.keys(value).length;
  const { minProperties, maxProperties } = schema;
  if (typeof minProperties === "number" && count < minProperties) causes.push(fieldCause.invalid(path, count, `${path} in body should have at least ${minProperties} properties`));
  if (typeof maxProperties === "number" && count > maxProperties) causes.push(fieldCause.tooMany(path, count, maxProperties));
  for (const name of requiredFields(schema)) if (value[name] === undefined) causes.push(fieldCause.required(join(path, name)));
  for (const [name, member] of Object.entries(value)) {
    if (properties[name] !== undefined) causes.push(...check(member, properties[name], join(path, name)));
    else if (isRecord(additional)) causes.push(...check(member, additional, join(path, name)));
  }
  return causes;
}

function checkCombinations(value: unknown, schema: JsonRecord, path: string): StatusCause[] {
  const passes = (each: unknown): boolean => check(value, each, path).length === 0;
  const causes: StatusCause[] = listAt(schema, "allOf").flatMap((each) => check(value, each, path));
  const any = listAt(schema, "anyOf");
  if (any.length > 0 && !any.some(passes)) causes.push(fieldCause.invalid(path, value, `${path} in body must validate at least one schema (anyOf)`));
  const one = listAt(schema, "oneOf");
  if (one.length > 0 && one.filter(passes).length !== 1) causes.push(fieldCause.invalid(path, value, `${path} in body must validate one and only one schema (oneOf)`));
  if (isRecord(schema["not"]) && passes(schema["not"])) causes.push(fieldCause.invalid(path, value, `${path} in body must not validate the schema (not)`));
  return causes;
}

function check(value: unknown, schema: unknown, path: string): StatusCause[] {
  if (!isRecord(schema) || value === undefined) return [];
  const wrongType = checkType(value, schema, path);
  if (wrongType !== undefined) return [wrongType];
  if (value === null) return [];
  const causes: StatusCause[] = [];
  const choices = listAt(schema, "enum");
  if (choices.length > 0 && !choices.some((each) => jsonEqual(each, value))) causes.push(fieldCause.notSupported(path, value, choices));
  if (typeof value === "number") causes.push(...checkNumber(value, schema, path));
  else if (typeof value === "string") causes.push(...checkString(value, schema, path));
  else if (Array.isArray(value)) causes.push(...checkList(value, schema, path));
  else if (isRecord(value)) causes.push(...checkObject(value, schema, path));
  return [...causes, ...checkCombinations(value, schema, path)];
}

const BLOCKING = new Set(["FieldValueNotSupported", "FieldValueRequired", "FieldValueTooLong", "FieldValueTooMany", "FieldValueTypeInvalid"]);

/**
 * Every fault of a custom object against its `openAPIV3Schema`, worded as kube-apiserver's (kube-openapi validation and
 * apiextensions pkg/apiserver/validation). Rules (x-kubernetes-validations) are asked
 * unless a fault is of a kind that they could not bear (apiextensions pkg/registry/customresource/strategy.go, hasBlockingErr).
 */
export function validateCustomObject(object: unknown, openApi: unknown, old?: unknown): StatusCause[] {
  const causes = check(object, openApi, "");
  const rules = validateRules(object, old, openApi);
  if (!rules.any) return causes;
  if (!causes.some(({ reason = "" }) => BLOCKING.has(reason))) return [...causes, ...rules.causes];
  return [...causes, { reason: "FieldValueInvalid", message: 'Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation', field: "<nil>" }];
}

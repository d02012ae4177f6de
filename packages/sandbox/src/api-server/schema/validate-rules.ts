import type { StatusCause } from "../api-failure.ts";
import { evaluateCel } from "../cel/evaluate-cel.ts";
import { parseCel, type CelNode } from "../cel/parse-cel.ts";
import { isRecord, listAt, recordAt, textAt } from "../json-value.ts";

const parsed = new Map<string, CelNode>();
const PARSED_MAX = 1000;

function parseCached(rule: string): CelNode {
  let node = parsed.get(rule);
  if (node === undefined) {
    if (parsed.size >= PARSED_MAX) parsed.clear();
    parsed.set(rule, (node = parseCel(rule)));
  }
  return node;
}

function uses(node: CelNode, name: string): boolean {
  return JSON.stringify(node).includes(`{"op":"name","name":"${name}"}`);
}

interface Walk {
  causes: StatusCause[];
  any: boolean;
}

/** What `messageExpression` comes to; empty without one, or when it comes to nothing. */
function messageOf(rule: unknown, scope: Record<string, unknown>): string {
  const expression = textAt(rule, "messageExpression");
  if (expression === "") return "";
  try {
    const message = evaluateCel(parseCached(expression), scope);
    return typeof message === "string" ? message.trim() : "";
  } catch {
    return "";
  }
}

function checkRule(rule: unknown, value: unknown, old: unknown, path: string): StatusCause | undefined {
  const text = textAt(rule, "rule");
  const node = parseCached(text);
  // A rule about the transition says nothing about a new value.
  if (old === undefined && uses(node, "oldSelf")) return undefined;
  let holds: boolean;
  let failure = "";
  try {
    holds = evaluateCel(node, { self: value, ...(old === undefined ? {} : { oldSelf: old }) }) === true;
  } catch (error) {
    holds = false;
    failure = `${error instanceof Error ? error.message : String(error)} evaluating rule: `;
  }
  if (holds) return undefined;
  const message = messageOf(rule, { self: value, ...(old === undefined ? {} : { oldSelf: old }) }) || textAt(rule, "message") || `failed rule: ${text}`;
  const field = `${path}${textAt(rule, "fieldPath")}`;
  return { reason: textAt(rule, "reason") || "FieldValueInvalid", message: `Invalid value: ${failure}${message}`, field };
}

function walk(value: unknown, old: unknown, schema: unknown, path: string, into: Walk): void {
  if (!isRecord(schema)) return;
  for (const rule of listAt(schema, "x-kubernetes-validations")) {
    into.any = true;
    const cause = value === undefined || value === null ? undefined : checkRule(rule, value, old, path);
    if (cause !== undefined) into.causes.push(cause);
  }
  for (const [name, member] of Object.entries(recordAt(schema, "properties"))) walk(recordAt(value)[name], recordAt(old)[name], member, path === "" ? name : `${path}.${name}`, into);
  if (isRecord(schema["additionalProperties"])) for (const [name, member] of Object.entries(recordAt(value))) walk(member, recordAt(old)[name], schema["additionalProperties"], `${path}[${name}]`, into);
  if (isRecord(schema["items"])) {
    if (!Array.isArray(value) || value.length === 0) walk(undefined, undefined, schema["items"], `${path}[]`, into);
    else for (const [index, item] of value.entries()) walk(item, undefined, schema["items"], `${path}[${index}]`, into);
  }
}

/** The rules (x-kubernetes-validations) that do not hold; `any`: the schema has rules at all. Throws CelSyntaxError for a rule outside the subset, which a CRD is refused for. */
export function validateRules(value: unknown, old: unknown, schema: unknown): Walk {
  const into: Walk = { causes: [], any: false };
  walk(value, old, schema, "", into);
  return into;
}

/** The first rule of a schema that the sandbox can't evaluate, as a message; undefined when it can evaluate all. */
export function unsupportedRule(schema: unknown): string | undefined {
  if (Array.isArray(schema)) return schema.map(unsupportedRule).find((each) => each !== undefined);
  if (!isRecord(schema)) return undefined;
  for (const rule of listAt(schema, "x-kubernetes-validations")) {
    try {
      parseCached(textAt(rule, "rule"));
      if (textAt(rule, "messageExpression") !== "") parseCached(textAt(rule, "messageExpression"));
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
  return Object.values(schema).map(unsupportedRule).find((each) => each !== undefined);
}

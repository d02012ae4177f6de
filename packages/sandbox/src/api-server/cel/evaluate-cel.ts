import { isRecord, jsonEqual } from "../json-value.ts";
import type { CelNode } from "./parse-cel.ts";

/** A rule that can't be evaluated on this object: no such key, no matching overload. The rule then fails. */
export class CelError extends Error {
  override readonly name = "CelError";
  readonly code = "cel_evaluation";
}

type Scope = Readonly<Record<string, unknown>>;

function size(value: unknown): number {
  if (typeof value === "string") return Array.from(value).length;
  if (Array.isArray(value)) return value.length;
  if (isRecord(value)) return Object.keys(value).length;
  throw new CelError("no such overload: size");
}

function memberOf(target: unknown, name: string): unknown {
  if (isRecord(target) && target[name] !== undefined) return target[name];
  throw new CelError(`no such key: ${name}`);
}

function hasMember(node: CelNode | undefined, scope: Scope): boolean {
  if (node?.op !== "member") throw new CelError("invalid argument to has() macro");
  const target = evaluateCel(node.target, scope);
  return isRecord(target) && target[node.name] !== undefined;
}

function overItems(name: string, target: unknown, args: CelNode[], scope: Scope): unknown {
  const [variable, body] = args;
  if (variable?.op !== "name" || body === undefined) throw new CelError(`invalid arguments to ${name}()`);
  const items = Array.isArray(target) ? target : isRecord(target) ? Object.keys(target) : [];
  const holds = (item: unknown): unknown => evaluateCel(body, { ...scope, [variable.name]: item });
  switch (name) {
    case "all":
      return items.every((item) => holds(item) === true);
    case "exists":
      return items.some((item) => holds(item) === true);
    case "exists_one":
      return items.filter((item) => holds(item) === true).length === 1;
    case "filter":
      return items.filter((item) => holds(item) === true);
    default:
      return items.map(holds);
  }
}

const MACROS = new Set(["all", "exists", "exists_one", "filter", "map"]);

function call(node: Extract<CelNode, { op: "call" }>, scope: Scope): unknown {
  if (node.name === "has" && node.target === undefined) return hasMember(node.args[0], scope);
  const target = node.target === undefined ? undefined : evaluateCel(node.target, scope);
  if (node.target !== undefined && MACROS.has(node.name)) return overItems(node.name, target, node.args, scope);
  const args = node.args.map((arg) => evaluateCel(arg, scope));
  const subject = node.target === undefined ? args[0] : target;
  const text = node.target === undefined ? args[1] : args[0];
  if (node.name === "size") return size(subject);
  if (typeof subject !== "string" || typeof text !== "string") throw new CelError(`no such overload: ${node.name}`);
  switch (node.name) {
    case "startsWith":
      return subject.startsWith(text);
    case "endsWith":
      return subject.endsWith(text);
    case "contains":
      return subject.includes(text);
    case "matches":
      return new RegExp(text, "u").test(subject);
    default:
      throw new CelError(`no such overload: ${node.name}`);
  }
}

function compare(op: string, left: unknown, right: unknown): boolean {
  if (!((typeof left === "number" && typeof right === "number") || (typeof left === "string" && typeof right === "string"))) throw new CelError(`no such overload: ${op}`);
  if (op === "<") return left < right;
  if (op === "<=") return left <= right;
  return op === ">" ? left > right : left >= right;
}

function arithmetic(op: string, left: unknown, right: unknown): unknown {
  if (op === "+" && typeof left === "string" && typeof right === "string") return left + right;
  if (op === "+" && Array.isArray(left) && Array.isArray(right)) return [...(left as unknown[]), ...(right as unknown[])];
  if (typeof left !== "number" || typeof right !== "number") throw new CelError(`no such overload: ${op}`);
  if (op === "+") return left + right;
  if (op === "-") return left - right;
  if (op === "*") return left * right;
  if (right === 0) throw new CelError("division by zero");
  return op === "%" ? left % right : Number.isInteger(left) && Number.isInteger(right) ? Math.trunc(left / right) : left / right;
}

/** `||` and `&&` absorb an error of one side when the other decides (cel-spec, logical operators). */
function logical(op: "||" | "&&", left: CelNode, right: CelNode, scope: Scope): boolean {
  const decisive = op === "||";
  let failure: unknown;
  for (const side of [left, right]) {
    try {
      if (evaluateCel(side, scope) === decisive) return decisive;
    } catch (error) {
      failure = error;
    }
  }
  if (failure !== undefined) throw failure;
  return !decisive;
}

/** The value of an expression; throws CelError. */
export function evaluateCel(node: CelNode, scope: Scope): unknown {
  switch (node.op) {
    case "literal":
      return node.value;
    case "name":
      return memberOf(scope, node.name);
    case "member":
      return memberOf(evaluateCel(node.target, scope), node.name);
    case "index": {
      const target = evaluateCel(node.target, scope);
      const index = evaluateCel(node.index, scope);
      if (Array.isArray(target) && typeof index === "number" && index in target) return target[index];
      return memberOf(target, String(index as string));
    }
    case "call":
      return call(node, scope);
    case "list":
      return node.items.map((item) => evaluateCel(item, scope));
    case "not":
      return evaluateCel(node.target, scope) !== true;
    case "negate":
      return arithmetic("-", 0, evaluateCel(node.target, scope));
    case "?:":
      return evaluateCel(evaluateCel(node.test, scope) === true ? node.yes : node.no, scope);
    case "||":
    case "&&":
      return logical(node.op, node.left, node.right, scope);
    default: {
      const left = evaluateCel(node.left, scope);
      const right = evaluateCel(node.right, scope);
      if (node.op === "==") return jsonEqual(left, right);
      if (node.op === "!=") return !jsonEqual(left, right);
      if (node.op === "in") return Array.isArray(right) ? right.some((item) => jsonEqual(item, left)) : isRecord(right) && typeof left === "string" && right[left] !== undefined;
      return ["<", "<=", ">", ">="].includes(node.op) ? compare(node.op, left, right) : arithmetic(node.op, left, right);
    }
  }
}

import { ApiFailure } from "../api-failure.ts";
import { isRecord, jsonEqual } from "../json-value.ts";

const OPERATIONS_MAX = 10_000;

function parsePointer(pointer: unknown): string[] {
  if (typeof pointer !== "string" || (pointer !== "" && !pointer.startsWith("/"))) throw ApiFailure.badRequest(`json: the path ${JSON.stringify(pointer)} of a JSON patch operation is not a JSON pointer`);
  return pointer === "" ? [] : pointer.slice(1).split("/").map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function failed(operation: string, path: string, why: string): ApiFailure {
  return new ApiFailure(422, "Invalid", `the server rejected our request due to an error in our request: ${operation} operation does not apply: doc is missing ${why}: ${path}`, {});
}

function indexIn(list: unknown[], token: string, allowEnd: boolean): number | undefined {
  if (token === "-" && allowEnd) return list.length;
  if (!/^(0|[1-9]\d*)$/.test(token)) return undefined;
  const index = Number(token);
  return index < list.length + (allowEnd ? 1 : 0) ? index : undefined;
}

function resolve(document: unknown, tokens: readonly string[]): { found: boolean; value: unknown } {
  let current = document;
  for (const token of tokens) {
    if (Array.isArray(current)) {
      const index = indexIn(current, token, false);
      if (index === undefined) return { found: false, value: undefined };
      current = current[index];
    } else if (isRecord(current) && Object.hasOwn(current, token)) current = current[token];
    else return { found: false, value: undefined };
  }
  return { found: true, value: current };
}

interface Root {
  document: unknown;
}

function add(root: Root, tokens: string[], value: unknown, operation: string, path: string): void {
  const last = tokens.at(-1);
  if (last === undefined) {
    root.document = value;
    return;
  }
  const parent = resolve(root.document, tokens.slice(0, -1));
  if (Array.isArray(parent.value)) {
    const index = indexIn(parent.value, last, true);
    if (index === undefined) throw failed(operation, path, "key");
    parent.value.splice(index, 0, value);
  } else if (isRecord(parent.value)) parent.value[last] = value;
  else throw failed(operation, path, "path");
}

function remove(root: Root, tokens: string[], operation: string, path: string): unknown {
  const last = tokens.at(-1);
  const target = resolve(root.document, tokens);
  if (last === undefined || !target.found) throw failed(operation, path, last === undefined ? "path" : "key");
  const parent = resolve(root.document, tokens.slice(0, -1)).value;
  if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else if (isRecord(parent)) delete parent[last];
  return target.value;
}

function applyOne(root: Root, operation: unknown): void {
  if (!isRecord(operation)) throw ApiFailure.badRequest("json: a JSON patch must be an array of operations");
  const op = String(operation["op"]);
  const path = String(operation["path"]);
  const tokens = parsePointer(operation["path"]);
  switch (op) {
    case "add":
      return add(root, tokens, structuredClone(operation["value"]), op, path);
    case "remove":
      remove(root, tokens, op, path);
      return;
    case "replace": {
      if (tokens.length > 0) {
        if (!resolve(root.document, tokens).found) throw failed(op, path, "key");
        const parent = resolve(root.document, tokens.slice(0, -1)).value;
        const last = tokens.at(-1) as string;
        if (Array.isArray(parent)) parent[Number(last)] = structuredClone(operation["value"]);
        else if (isRecord(parent)) parent[last] = structuredClone(operation["value"]);
      } else root.document = structuredClone(operation["value"]);
      return;
    }
    case "move": {
      const value = remove(root, parsePointer(operation["from"]), op, String(operation["from"]));
      return add(root, tokens, value, op, path);
    }
    case "copy": {
      const source = resolve(root.document, parsePointer(operation["from"]));
      if (!source.found) throw failed(op, String(operation["from"]), "key");
      return add(root, tokens, structuredClone(source.value), op, path);
    }
    case "test": {
      const target = resolve(root.document, tokens);
      const wanted = operation["value"];
      // An absent member tests equal to null, as in the library that kube-apiserver uses.
      if (target.found ? !jsonEqual(target.value, wanted) : wanted !== null && wanted !== undefined) {
        throw new ApiFailure(422, "Invalid", `the server rejected our request due to an error in our request: testing value ${path} failed`, {});
      }
      return;
    }
    default:
      throw ApiFailure.badRequest(`unexpected kind: ${op}`);
  }
}

/** Applies a JSON Patch (RFC 6902) and returns the new document; the given one is not changed. A test that fails is 422 Invalid, as kube-apiserver answers. */
export function applyJsonPatch(document: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) throw ApiFailure.badRequest("json: a JSON patch must be an array of operations");
  if (patch.length > OPERATIONS_MAX) throw new ApiFailure(413, "RequestEntityTooLarge", `The allowed maximum operations in a JSON patch is ${OPERATIONS_MAX}, got ${patch.length}`);
  const root: Root = { document: structuredClone(document) };
  for (const operation of patch) applyOne(root, operation);
  return root.document;
}

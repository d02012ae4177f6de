import { builtInTypes } from "./built-in-types.ts";
import { anySchema, type Schema } from "./schema.ts";

const SCALARS: Record<string, Schema> = {
  string: { type: "string" },
  int: { type: "integer" },
  bool: { type: "boolean" },
  any: anySchema,
  quantity: { type: "quantity" },
  ios: { type: "int-or-string" },
  time: { type: "time" },
  microtime: { type: "microtime" },
};

const cache = new Map<string, Schema>();

function parseType(text: string): Schema {
  const scalar = SCALARS[text];
  if (scalar !== undefined) return scalar;
  if (text === "{}!") return { type: "map", values: { type: "string" }, atomic: true };
  if (text.startsWith("{")) return { type: "map", values: parseType(text.slice(1, -1) || "string") };
  if (text.startsWith("[")) {
    const close = text.lastIndexOf("]");
    const items = parseType(text.slice(1, close));
    const suffix = text.slice(close + 1);
    if (suffix === "") return { type: "list", items };
    const names = suffix.slice(1).split(",").filter((name) => name !== "");
    if (names.length === 0) return { type: "list", items, set: true };
    const keys = names.map((name) => name.replace("!", ""));
    return { type: "list", items, keys, patchKey: keys[0] as string };
  }
  return typeNamed(text);
}

function typeNamed(name: string): Schema {
  const known = cache.get(name);
  if (known !== undefined) return known;
  const line = builtInTypes[name];
  if (line === undefined) throw new Error(`the table of built-in types has no ${name}`);
  const fields = new Map<string, Schema>();
  const schema: Schema = { type: "object", fields, name };
  // Registered before its fields are parsed: types may contain themselves.
  cache.set(name, schema);
  for (const token of line.split(/\s+/)) {
    const colon = token.indexOf(":");
    if (colon < 0) fields.set(token, { type: "string" });
    else fields.set(token.slice(0, colon), parseType(token.slice(colon + 1)));
  }
  return schema;
}

/** metadata of every object. */
export function objectMetaSchema(): Schema {
  return typeNamed("ObjectMeta");
}

/** The schema of a whole built-in object; open for the kinds (reviews) whose fields the table does not list. */
export function builtInSchema(group: string, kind: string): Schema {
  const key = `object:${group}/${kind}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const name = builtInTypes[`${group}/${kind}`] === undefined ? kind : `${group}/${kind}`;
  const common: [string, Schema][] = [
    ["apiVersion", { type: "string" }],
    ["kind", { type: "string" }],
    ["metadata", objectMetaSchema()],
  ];
  const own = builtInTypes[name] === undefined ? undefined : typeNamed(name);
  const schema: Schema =
    own?.type === "object" ? { type: "object", name: kind, fields: new Map([...common, ...own.fields]) } : { type: "object", name: kind, fields: new Map(common), open: true };
  cache.set(key, schema);
  return schema;
}

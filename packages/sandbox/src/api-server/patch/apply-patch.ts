import type { ApiObject, ManagedFieldsEntry } from "../api-object.ts";
import { ApiFailure, type StatusCause } from "../api-failure.ts";
import { isRecord, jsonEqual, type JsonRecord } from "../json-value.ts";
import type { ResourceDefinition } from "../registry/resource-definition.ts";
import { memberSchema, type Schema } from "../schema/schema.ts";
import { fieldSetOf, fromFieldsV1, isAncestor, itemElement, pathElements, pathText } from "./field-set.ts";
import { managedEntry, withoutPaths } from "./managed-fields.ts";

export interface AppliedWrite {
  definition: ResourceDefinition;
  /** What the manager wants to own. */
  config: ApiObject;
  manager: string;
  time: string;
  force: boolean;
  subresource?: string;
}

/** Merges an applied configuration: objects and keyed lists merge, the rest is replaced. */
function merge(current: unknown, config: unknown, schema: Schema): unknown {
  if (isRecord(config) && isRecord(current) && !((schema.type === "object" || schema.type === "map") && schema.atomic === true)) {
    const merged: JsonRecord = { ...current };
    for (const [key, value] of Object.entries(config)) merged[key] = merge(current[key], value, memberSchema(schema, key));
    return merged;
  }
  if (Array.isArray(config) && Array.isArray(current) && schema.type === "list" && (schema.keys !== undefined || schema.set === true)) {
    const merged: unknown[] = [...(current as unknown[])];
    for (const item of config as unknown[]) {
      const element = itemElement(item, schema);
      const index = merged.findIndex((other) => itemElement(other, schema) === element);
      if (index < 0) merged.push(item);
      else merged[index] = merge(merged[index], item, schema.items);
    }
    return merged;
  }
  return config;
}

function removePath(object: unknown, elements: readonly string[], schema: Schema): unknown {
  const [element, ...rest] = elements;
  if (element === undefined) return object;
  if (element.startsWith("f:")) {
    const key = element.slice(2);
    if (!isRecord(object) || object[key] === undefined) return object;
    const { [key]: member, ...others } = object;
    return rest.length === 0 ? others : { ...object, [key]: removePath(member, rest, memberSchema(schema, key)) };
  }
  if (!Array.isArray(object) || schema.type !== "list") return object;
  const matches = (item: unknown): boolean => itemElement(item, schema) === element;
  return rest.length === 0 ? object.filter((item) => !matches(item)) : object.map((item: unknown) => (matches(item) ? removePath(item, rest, schema.items) : item));
}

function isOwn(entry: ManagedFieldsEntry, write: AppliedWrite): boolean {
  return entry.operation === "Apply" && entry.manager === write.manager && entry.subresource === write.subresource;
}

function managerText(entry: ManagedFieldsEntry): string {
  const name = JSON.stringify(entry.manager) + (entry.subresource === undefined ? "" : ` with subresource ${JSON.stringify(entry.subresource)}`);
  if (entry.operation === "Apply") return name;
  return entry.time === undefined ? `${name} using ${entry.apiVersion}` : `${name} using ${entry.apiVersion} at ${entry.time}`;
}

function conflictFailure(conflicts: readonly { manager: string; path: string }[]): ApiFailure {
  const byManager = new Map<string, string[]>();
  for (const { manager, path } of conflicts) byManager.set(manager, [...(byManager.get(manager) ?? []), path]);
  const parts = [...byManager].map(([manager, paths]) => (paths.length === 1 ? `conflict with ${manager}: ${paths[0]}` : `conflicts with ${manager}:\n${paths.map((path) => `- ${path}`).join("\n")}`));
  const causes: StatusCause[] = conflicts.map(({ manager, path }) => ({ reason: "FieldManagerConflict", message: `conflict with ${manager}`, field: path }));
  return new ApiFailure(409, "Conflict", `Apply failed with ${conflicts.length} conflict${conflicts.length === 1 ? "" : "s"}: ${parts.join("\n")}`, { causes });
}

function ownedPaths(write: AppliedWrite): Map<string, unknown> {
  const fields = fieldSetOf(write.config, write.definition.schema);
  for (const path of fields.keys()) {
    const isStatus = pathElements(path)[0] === "f:status";
    if (write.definition.hasStatus && isStatus !== (write.subresource === "status")) fields.delete(path);
  }
  return fields;
}

/**
 * Server-side apply on an object that exists: the state it becomes, with managedFields. Fields that the manager applied
 * before and no longer does are removed when no one else owns them. Throws 409 when another manager owns a field with
 * another value, unless forced.
 */
export function applyConfiguration(current: ApiObject, write: AppliedWrite): ApiObject {
  const { definition, config } = write;
  const { schema } = definition;
  const entries = current.metadata.managedFields ?? [];
  const wanted = ownedPaths(write);
  const present = fieldSetOf(current, schema);
  const others = entries.filter((entry) => !isOwn(entry, write));
  const clashing = new Set<string>();
  const conflicts: { manager: string; path: string }[] = [];
  for (const entry of others) {
    for (const path of fromFieldsV1(entry.fieldsV1)) {
      if (!wanted.has(path) || jsonEqual(wanted.get(path), present.get(path))) continue;
      clashing.add(path);
      conflicts.push({ manager: managerText(entry), path: pathText(path) });
    }
  }
  if (conflicts.length > 0 && !write.force) throw conflictFailure(conflicts);

  const { managedFields: _, ...metadata } = config.metadata;
  let merged = merge(current, { ...config, metadata }, schema);
  const before = entries.find((entry) => isOwn(entry, write));
  const kept = new Set(others.flatMap((entry) => [...fromFieldsV1(entry.fieldsV1)]));
  for (const path of before === undefined ? [] : fromFieldsV1(before.fieldsV1)) {
    const needed = [...wanted.keys(), ...kept].some((other) => other === path || isAncestor(path, other));
    if (!needed) merged = removePath(merged, pathElements(path), schema);
  }
  const result = merged as ApiObject;
  const remaining = others.flatMap((entry) => withoutPaths(entry, clashing) ?? []);
  const own = managedEntry(write, "Apply", wanted.keys());
  const unchanged = own !== undefined && before !== undefined && jsonEqual(own.fieldsV1, before.fieldsV1) && jsonEqual({ ...result, metadata: { ...result.metadata, managedFields: [] } }, { ...current, metadata: { ...current.metadata, managedFields: [] } });
  const entry = unchanged ? before : own;
  return { ...result, metadata: { ...result.metadata, managedFields: entry === undefined ? remaining : [...remaining, entry] } };
}

/** managedFields of an object that an apply creates. */
export function createdByApply(write: AppliedWrite): ManagedFieldsEntry[] {
  const entry = managedEntry(write, "Apply", ownedPaths(write).keys());
  return entry === undefined ? [] : [entry];
}

import type { ApiObject } from "../api-object.ts";
import type { ResourceDefinition } from "../registry/resource-definition.ts";

/** Turns objects into the representation that a client accepts. */
export interface Renderer {
  contentType: string;
  one: (object: ApiObject) => unknown;
  list: (items: readonly ApiObject[], metadata: Record<string, unknown>, header: { kind: string; apiVersion: string }) => unknown;
}

const plain: Renderer = {
  contentType: "application/json",
  one: (object) => object,
  list: (items, metadata, header) => ({ ...header, metadata, items }),
};

function partial(object: ApiObject): unknown {
  return { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: object.metadata };
}

const metadataOnly: Renderer = {
  contentType: "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1",
  one: partial,
  list: (items, metadata) => ({ kind: "PartialObjectMetadataList", apiVersion: "meta.k8s.io/v1", metadata, items: items.map(partial) }),
};

function tableRenderer(definition: ResourceDefinition, includeObject: string): Renderer {
  const columnDefinitions = definition.columns.map(({ name, type, format, description, priority }) => ({ name, type, format, description, priority }));
  const row = (object: ApiObject): unknown => ({
    cells: definition.columns.map((column) => column.cell(object, Date.now())),
    ...(includeObject === "None" ? {} : { object: includeObject === "Object" ? object : partial(object) }),
  });
  const table = (rows: unknown[], metadata: Record<string, unknown>): unknown => ({ kind: "Table", apiVersion: "meta.k8s.io/v1", metadata, columnDefinitions, rows });
  return {
    contentType: "application/json;as=Table;g=meta.k8s.io;v=v1",
    one: (object) => table([row(object)], { resourceVersion: object.metadata.resourceVersion }),
    list: (items, metadata) => table(items.map(row), metadata),
  };
}

/** The representation for an Accept header: a Table, metadata only, or the objects. */
export function rendererFor(definition: ResourceDefinition, accept: string, query: URLSearchParams): Renderer {
  for (const clause of accept.split(",")) {
    const parts = clause.split(";").map((part) => part.trim());
    const has = (part: string): boolean => parts.includes(part);
    if (parts[0] !== "application/json" && parts[0] !== "*/*") continue;
    if (!has("g=meta.k8s.io") || !has("v=v1")) {
      if (parts.some((part) => part.startsWith("as="))) continue;
      return plain;
    }
    if (has("as=Table")) return tableRenderer(definition, query.get("includeObject") ?? "Metadata");
    if (has("as=PartialObjectMetadata") || has("as=PartialObjectMetadataList")) return metadataOnly;
  }
  return plain;
}

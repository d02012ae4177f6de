import type { Registry } from "../registry/registry.ts";
import type { ResourceDefinition } from "../registry/resource-definition.ts";
import { openApiSchemas } from "./openapi-schemas.ts";

const groupVersionPath = (group: string, version: string): string => (group === "" ? `api/${version}` : `apis/${group}/${version}`);

/** `/openapi/v3`: where each group version's document is. */
export function openApiIndex(registry: Registry, revision: number): unknown {
  const paths: Record<string, unknown> = {};
  for (const group of registry.groups()) {
    for (const version of group.versions) {
      const path = groupVersionPath(group.name, version);
      // The hash makes clients drop what they cached when a CRD changes.
      paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${revision}` };
    }
  }
  return { paths };
}

const queryParameter = (name: string): unknown => ({ name, in: "query", schema: { type: "string", uniqueItems: true } });

function operation(definition: ResourceDefinition, action: string): unknown {
  const write = action !== "get" && action !== "list" && action !== "delete";
  const gvk = { group: definition.group, version: definition.version, kind: definition.kind };
  return {
    operationId: `${action}${definition.kind}`,
    "x-kubernetes-action": action,
    "x-kubernetes-group-version-kind": gvk,
    parameters: write ? ["dryRun", "fieldManager", "fieldValidation", ...(action === "patch" ? ["force"] : [])].map(queryParameter) : [],
    responses: { 200: { description: "OK" } },
  };
}

function pathsOf(definition: ResourceDefinition): Record<string, unknown> {
  const base = `/${groupVersionPath(definition.group, definition.version)}${definition.namespaced ? "/namespaces/{namespace}" : ""}/${definition.plural}`;
  const can = (verb: string): boolean => definition.verbs.includes(verb);
  return {
    [base]: { ...(can("list") ? { get: operation(definition, "list") } : {}), ...(can("create") ? { post: operation(definition, "post") } : {}) },
    ...(can("get")
      ? { [`${base}/{name}`]: { get: operation(definition, "get"), put: operation(definition, "put"), patch: operation(definition, "patch"), delete: operation(definition, "delete") } }
      : {}),
  };
}

/** `/openapi/v3/apis/GROUP/VERSION`; undefined when the group version is not served. */
export function openApiDocument(registry: Registry, path: string, title: string): unknown {
  const match = /^(?:api\/(v1)|apis\/([^/]+)\/([^/]+))$/.exec(path);
  if (match === null) return undefined;
  const definitions = registry.inGroupVersion(match[2] ?? "", match[1] ?? (match[3] as string));
  if (definitions.length === 0) return undefined;
  return {
    openapi: "3.0.0",
    info: { title: "Kubernetes", version: title },
    paths: Object.assign({}, ...definitions.map(pathsOf)) as unknown,
    components: { schemas: openApiSchemas(definitions) },
  };
}

/** `/openapi/v2` as JSON: the paths and definitions of everything. */
export function openApiV2(registry: Registry, title: string): unknown {
  const definitions = registry.all();
  const text = JSON.stringify(openApiSchemas(definitions)).replaceAll("#/components/schemas/", "#/definitions/");
  return { swagger: "2.0", info: { title: "Kubernetes", version: title }, paths: Object.assign({}, ...definitions.map(pathsOf)) as unknown, definitions: JSON.parse(text) as unknown };
}

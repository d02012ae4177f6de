import type { ApiObject } from "../api-object.ts";
import { isRecord, listAt, recordAt, textAt } from "../json-value.ts";
import { customObjectSchema } from "../schema/custom-schema.ts";
import { applyDefaults } from "../schema/default-custom.ts";
import { validateCustomObject } from "../schema/validate-custom.ts";
import { customColumns } from "../table/custom-columns.ts";
import type { Registry } from "./registry.ts";
import type { ResourceDefinition, ScaleSubresource } from "./resource-definition.ts";

const VERBS = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];
const pathOf = (text: string): string[] => text.split(".").filter((part) => part !== "");
const strings = (list: unknown[]): string[] => list.filter((each) => typeof each === "string");

function scaleOf(version: unknown): ScaleSubresource | undefined {
  const scale = recordAt(version, "subresources")["scale"];
  if (!isRecord(scale)) return undefined;
  const selector = textAt(scale, "labelSelectorPath");
  return {
    specReplicasPath: pathOf(textAt(scale, "specReplicasPath")),
    statusReplicasPath: pathOf(textAt(scale, "statusReplicasPath")),
    ...(selector === "" ? {} : { selectorPath: pathOf(selector) }),
  };
}

function toDefinition(crd: ApiObject, version: unknown): ResourceDefinition {
  const names = recordAt(crd, "spec", "names");
  const group = textAt(crd, "spec", "group");
  const plural = textAt(names, "plural");
  const kind = textAt(names, "kind");
  const versionName = textAt(version, "name");
  const scale = scaleOf(version);
  const openApi = recordAt(version, "schema", "openAPIV3Schema");
  const apiVersion = `${group}/${versionName}`;
  return {
    group,
    version: versionName,
    plural,
    singular: textAt(names, "singular") || kind.toLowerCase(),
    kind,
    listKind: textAt(names, "listKind") || `${kind}List`,
    namespaced: textAt(crd, "spec", "scope") !== "Cluster",
    shortNames: strings(listAt(names, "shortNames")),
    categories: strings(listAt(names, "categories")),
    collection: `${group}/${plural}`,
    hasStatus: isRecord(recordAt(version, "subresources")["status"]),
    ...(scale === undefined ? {} : { scale }),
    subresources: [],
    hasGeneration: true,
    custom: true,
    strategy: {
      prepare: (object) => applyDefaults(object, openApi),
      validate: (object, old) => validateCustomObject(object, openApi, old),
    },
    columns: customColumns(listAt(version, "additionalPrinterColumns")),
    schema: customObjectSchema(openApi),
    openApiSchema: openApi,
    ...(textAt(openApi, "description") === "" ? {} : { description: textAt(openApi, "description") }),
    // Conversion None: versions differ in apiVersion only.
    fromStored: (object) => (object.apiVersion === apiVersion ? object : { ...object, apiVersion }),
    verbs: VERBS,
  };
}

/** Serves the versions of a CRD; called on every change of it. */
export function registerCustomResource(registry: Registry, crd: ApiObject): void {
  unregisterCustomResource(registry, crd);
  for (const version of listAt(crd, "spec", "versions")) if (recordAt(version)["served"] === true) registry.add(toDefinition(crd, version));
}

/** Stops serving every version of a CRD. */
export function unregisterCustomResource(registry: Registry, crd: ApiObject): void {
  const group = textAt(crd, "spec", "group");
  const plural = textAt(crd, "spec", "names", "plural");
  for (const definition of registry.all()) if (definition.group === group && definition.plural === plural) registry.remove(group, definition.version, plural);
}

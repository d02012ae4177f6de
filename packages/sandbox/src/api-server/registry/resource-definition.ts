import type { StatusCause } from "../api-failure.ts";
import type { ApiObject } from "../api-object.ts";
import type { Schema } from "../schema/schema.ts";
import type { TableColumn } from "../table/table-column.ts";

/** What a strategy may ask of the cluster. */
export interface StrategyContext {
  /** RFC 3339 with seconds, as metav1.Time. */
  now: string;
  /** Allocates a cluster IP, or claims the wanted one; undefined when the wanted one is taken or outside the range. */
  allocateClusterIp(wanted: string | undefined): string | undefined;
  /** A node port that no service has and `except` does not name; undefined when there is none. */
  allocateNodePort(except: ReadonlySet<number>): number | undefined;
}

/** What is special about one kind when it is written; a pure part of a resource definition. */
export interface Strategy {
  /** Fills defaults in place, on create and on update; the object is a private copy. `old` is absent on create. */
  prepare?(object: ApiObject, old: ApiObject | undefined, context: StrategyContext): void;
  /** Every fault of the object, named by field path. */
  validate?(object: ApiObject, old: ApiObject | undefined): StatusCause[];
}

export interface ScaleSubresource {
  specReplicasPath: string[];
  statusReplicasPath: string[];
  /** A string (CRD) or a metav1.LabelSelector (built-in kinds); absent: no selector in the answer. */
  selectorPath?: string[];
}

/** One resource that the API serves at one version. */
export interface ResourceDefinition {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly listKind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  /** Name of the store's collection: several versions of a kind share one. */
  readonly collection: string;
  /** The status subresource exists: status and the rest are written apart. */
  readonly hasStatus: boolean;
  readonly scale?: ScaleSubresource;
  /** Further subresources that discovery names, with their kind and verbs. */
  readonly subresources: readonly { name: string; kind: string; group?: string; version?: string; verbs: readonly string[] }[];
  /** metadata.generation counts changes outside metadata and status. */
  readonly hasGeneration: boolean;
  readonly custom: boolean;
  readonly strategy: Strategy;
  readonly columns: readonly TableColumn[];
  readonly schema: Schema;
  readonly description?: string;
  /** The whole schema of a CRD's version, for OpenAPI. */
  readonly openApiSchema?: Record<string, unknown>;
  /** apiVersion/kind of the stored object → of this version, and back; identity when absent. */
  readonly fromStored?: (object: ApiObject) => ApiObject;
  readonly toStored?: (object: ApiObject) => ApiObject;
  readonly verbs: readonly string[];
}

/** `group/version`, or `version` for the core group. */
export function apiVersionOf(definition: { group: string; version: string }): string {
  return definition.group === "" ? definition.version : `${definition.group}/${definition.version}`;
}

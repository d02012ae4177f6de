import type { ApiObject } from "../api-object.ts";
import { ApiFailure, type StatusCause } from "../api-failure.ts";
import type { ResourceDefinition, StrategyContext } from "../registry/resource-definition.ts";
import { metaTime, type ServerContext } from "../server-context.ts";
import { decodeFields } from "./decode-fields.ts";
import type { WriteOptions } from "./write-options.ts";

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN_MESSAGE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL_MESSAGE =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

function nameFault(definition: ResourceDefinition, name: string): string | undefined {
  if (definition.group === "rbac.authorization.k8s.io") return name.includes("/") || name.includes("%") ? "may not contain '/' or '%'" : undefined;
  const plural = definition.custom ? "" : definition.plural;
  // Services may begin with a digit since 1.36 (RelaxedServiceNameValidation).
  if (plural === "services" || plural === "namespaces") return LABEL.test(name) && name.length <= 63 ? undefined : LABEL_MESSAGE;
  return SUBDOMAIN.test(name) && name.length <= 253 ? undefined : SUBDOMAIN_MESSAGE;
}

/** Go leaves such members out. */
function isEmpty(value: unknown): boolean {
  return value === null || (typeof value === "object" && Object.keys(value).length === 0);
}

/** Decodes, fills defaults, prunes and validates; returns the object to store. Throws 400 (unknown fields) and 422. */
export function admit(context: ServerContext, definition: ResourceDefinition, body: ApiObject, old: ApiObject | undefined, options: WriteOptions): ApiObject {
  const object = decodeFields(definition, body, options);
  for (const field of ["labels", "annotations", "finalizers", "ownerReferences"]) if (isEmpty(object.metadata[field])) delete object.metadata[field];
  const strategyContext: StrategyContext = { now: metaTime(context.now()), ...context.allocation };
  definition.strategy.prepare?.(object, old, strategyContext);
  const causes = definition.strategy.validate?.(object, old) ?? [];
  if (causes.length > 0) throw ApiFailure.invalid(definition, object.metadata.name, causes);
  return object;
}

/** Checks the metadata that every kind has. Throws 422. */
export function validateMetadata(definition: ResourceDefinition, object: ApiObject, old: ApiObject | undefined): void {
  const causes: StatusCause[] = [];
  const fault = old === undefined ? nameFault(definition, object.metadata.name) : undefined;
  if (fault !== undefined) causes.push({ reason: "FieldValueInvalid", message: `Invalid value: ${JSON.stringify(object.metadata.name)}: ${fault}`, field: "metadata.name" });
  for (const reference of object.metadata.ownerReferences ?? []) {
    for (const field of ["apiVersion", "kind", "name", "uid"] as const) {
      if (!reference[field]) causes.push({ reason: "FieldValueInvalid", message: `Invalid value: "": ${field === "apiVersion" ? "version " : ""}must not be empty`, field: `metadata.ownerReferences.${field}` });
    }
  }
  if (causes.length > 0) throw ApiFailure.invalid(definition, object.metadata.name, causes);
}
